"""Database upkeep: upgrade, and the demo shop made anew."""

from xiaoer.app.given import Misconfigured, database_url, policy_of, shop_database_url, utc_now
from xiaoer.settings import Settings
from xiaoer.shops.demo.seed import reset
from xiaoer.store import migrate as migrations
from xiaoer.store.engine import Store


def migrate(settings: Settings) -> None:
    """Bring the database to this version. Safe when several processes start at once."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        migrations.upgrade(database_url(settings))
    except migrations.NewerDatabase as newer:
        raise Misconfigured(str(newer)) from newer


async def reset_demo(settings: Settings) -> None:
    """Make the demo shop anew, with dates relative to now."""
    policy = policy_of(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    async with await Store.open(shop_database_url(settings)) as store:
        await reset(store, now=utc_now(), policy=policy)
