"""Who may be somebody at this counter: keys and tokens as the operator gave them."""

from xiaoer.app.given import Misconfigured, sign_in_keys, staff_tokens
from xiaoer.app.house import App
from xiaoer.guard.identity import AGENT, ConversationTokens, Identity, ShopSignIn, SignKey, StaffTokens

AUDIENCE = "xiaoer"  # who a shop's sign-in tokens are meant for
DEMO_KEY = "demo"  # id of the key the demo storefront signs with


def demo_key(app: App) -> SignKey:
    return SignKey("HS256", app.secret["demo_sign_in"])


def identity_of(app: App, *, with_demo: bool) -> Identity:
    """`with_demo`: whom the demo shop's page signs in is somebody too."""
    try:
        return Identity(
            tokens=ConversationTokens(app.secret["conversation"]),
            staff=StaffTokens(staff_tokens(app.settings)),
            sign_in=sign_in_of(app, AUDIENCE, with_demo=with_demo),
        )
    except ValueError as short:
        raise Misconfigured(f"XIAOER_SECRET or XIAOER_STAFF_TOKENS: {short}") from None


def sign_in_of(app: App, audience: str, *, with_demo: bool) -> ShopSignIn | None:
    """Reads what the shop signs for `audience`; None if it signs nobody in."""
    keys = sign_in_keys(app.settings) | ({DEMO_KEY: demo_key(app)} if with_demo else {})
    return ShopSignIn(keys, audience=audience, shop_id=app.policy.shop_id) if keys else None


def tokens_of(app: App) -> ConversationTokens:
    """Of agents: no web route takes one."""
    return ConversationTokens(app.secret["conversation"], use=AGENT)
