"""What the operator gives: settings, files and keys, checked; a wrong one is told in one line."""

import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from xiaoer.domain.persona import Persona
from xiaoer.domain.policy import Policy
from xiaoer.guard.identity import SignKey
from xiaoer.policies.file import load_policy
from xiaoer.policies.persona import load_persona
from xiaoer.policies.written import PolicyError
from xiaoer.settings import Settings

DEMO = "demo"  # the shop that is made up


class Misconfigured(Exception):
    """A file or a setting is wrong; the message says which and what to write."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def policy_path(settings: Settings) -> Path:
    """The operator's own; else the one that comes with the shop that is served."""
    if settings.policy_file or settings.shop == DEMO:
        return settings.policy_file or demo_folder() / "policy.yaml"
    return Path(str(files("xiaoer.policies"))) / f"{settings.shop}.yaml"


def policy_of(settings: Settings) -> Policy:
    try:
        return load_policy(policy_path(settings))
    except PolicyError as wrong:
        raise Misconfigured(str(wrong)) from wrong


def persona_of(settings: Settings) -> Persona:
    if settings.persona_file is None:
        return Persona()
    try:
        return load_persona(settings.persona_file)
    except PolicyError as wrong:
        raise Misconfigured(str(wrong)) from wrong


def database_url(settings: Settings) -> str:
    return settings.database_url or f"sqlite:///{(settings.data_dir / 'xiaoer.db').absolute()}"


def shop_database_url(settings: Settings) -> str:
    """The demo shop keeps its own tables: another file, or the same PostgreSQL under its own prefix."""
    return settings.database_url or f"sqlite:///{(settings.data_dir / 'demo-shop.db').absolute()}"


def demo_folder() -> Path:
    return Path(str(files("xiaoer.shops.demo")))


def ui_folder(name: str) -> Path:
    """Static files: beside the package in a wheel, in ui/ in a checkout."""
    packed = Path(str(files("xiaoer"))) / "_ui" / name
    return packed if packed.is_dir() else Path(__file__).parents[3] / "ui" / name


def secrets_of(settings: Settings) -> dict[str, str]:
    """Made once, readable by the owner alone; XIAOER_SECRET takes precedence."""
    path = settings.data_dir / "secrets.json"
    if not path.exists():
        made = {"conversation": secrets.token_urlsafe(48), "demo_sign_in": secrets.token_urlsafe(48)}
        path.touch(mode=0o600)
        path.write_text(json.dumps(made))
    kept: dict[str, str] = json.loads(path.read_text())
    given = settings.secret.get_secret_value()
    return {**kept, "conversation": given} if given else kept


def key_for(what: str, secret: str) -> bytes:
    """A key of its own, derived from a secret: what is known of one key says nothing of another.

    One block of HKDF-Expand (RFC 5869) with SHA-256; `what` is its label.
    """
    return hmac.new(secret.encode(), f"xiaoer {what}\x01".encode(), hashlib.sha256).digest()


def sign_in_keys(settings: Settings) -> dict[str, SignKey]:
    if settings.sign_in_keys is None:
        return {}
    try:
        raw = json.loads(settings.sign_in_keys.read_text("utf-8"))
        return {kid: SignKey(entry["algorithm"], entry["key"]) for kid, entry in raw.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
        form = '{"KEY ID": {"algorithm": "HS256", "key": "..."}}'
        raise Misconfigured(f"XIAOER_SIGN_IN_KEYS {settings.sign_in_keys}: write {form} ({wrong})") from wrong


def staff_tokens(settings: Settings) -> dict[str, str]:
    pairs = [pair.strip() for pair in settings.staff_tokens.get_secret_value().split(",") if pair.strip()]
    if not all(":" in pair for pair in pairs):
        raise Misconfigured("XIAOER_STAFF_TOKENS: write name:token, separated by commas")
    return dict(pair.split(":", 1) for pair in pairs)
