"""Who is at the counter: the shop's signed-in customers, tokens of conversations, tokens of staff.

No clock is read here: `now` is handed in, so a token is valid or not for the same reason everywhere.
"""

import hashlib
import hmac
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

import jwt
from itsdangerous import BadData, URLSafeSerializer

from xiaoer.domain.ids import ConversationId, CustomerId, ShopId, StaffId

GUEST_LIFE = timedelta(days=30)  # a guest comes back to the page and finds the talk
SIGNED_IN_LIFE = timedelta(hours=24)  # it shows orders: the shop signs the customer in again after a day
SIGN_IN_LIFE = timedelta(minutes=10)  # long enough to open a talk with, which has its own token then
LONGEST_SIGN_IN = timedelta(
    hours=1
)  # a sign-in token lives in a page: a stolen one must soon be worth nothing
LEEWAY = timedelta(seconds=30)  # clocks of shop and counter differ
AGENT_LIFE = timedelta(hours=24)  # of a program that asks in a customer's name
AGENT = "agent"  # the use of its tokens: they ask over MCP, and press nothing on the customer's screen
_LONGEST_TOKEN = 4_096  # characters; ours have about 200, a shop's about 600
_SHORTEST_SECRET = 32  # bytes, RFC 7518 section 3.2


class Why(StrEnum):
    """Why a sign-in was refused. For the log; the client hears only that it was."""

    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    FORGED = "forged"
    WRONG_AUDIENCE = "wrong_audience"
    WRONG_SHOP = "wrong_shop"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    TOO_LONG = "too_long"  # lives longer than LONGEST_SIGN_IN


class SignInRefused(Exception):
    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


class TokenRefused(Exception):
    """The bearer token is forged, expired or none of ours."""


@dataclass(frozen=True, slots=True)
class SignKey:
    """A key the shop signs with. The algorithm is the key's: what a token's header says is not asked."""

    algorithm: Literal["HS256", "RS256"]
    key: str = ""  # the shared secret (HS256) or the public key in PEM (RS256)

    def __post_init__(self) -> None:
        if self.algorithm == "HS256" and len(self.key.encode()) < _SHORTEST_SECRET:
            raise ValueError(f"an HS256 secret needs {_SHORTEST_SECRET} bytes")
        if self.algorithm == "RS256" and "PUBLIC KEY" not in self.key:
            raise ValueError("an RS256 key must be a public key in PEM")


class ShopSignIn:
    """Reads the JWT by which a shop says: this is my customer.

    Header `kid`; claims `sub` (customer id), `shop`, `aud`, `iat`, `exp` (at most an hour after `iat`).
    RFC 7519, and RFC 8725 for what is refused.
    """

    def __init__(self, keys: Mapping[str, SignKey], *, audience: str, shop_id: ShopId) -> None:
        self._keys = dict(keys)
        self._audience = audience
        self._shop_id = shop_id

    def verify(self, token: str, *, now: datetime) -> CustomerId:
        """The customer the shop vouches for. SignInRefused otherwise."""
        claims = self._signed(token)
        if claims.get("shop") != self._shop_id:
            raise SignInRefused(Why.WRONG_SHOP)
        _in_time(claims, now.timestamp())
        subject = claims["sub"]
        if not subject.strip() or "\0" in subject:
            raise SignInRefused(Why.MALFORMED)
        return CustomerId(subject)

    def _signed(self, token: str) -> dict[str, Any]:
        key = self._key_of(token)
        try:
            return jwt.decode(
                token,
                key.key,
                algorithms=[key.algorithm],
                audience=self._audience,
                # The library compares times with its own clock; ours is handed in.
                options={
                    "require": ["exp", "iat", "sub", "aud"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except jwt.InvalidAudienceError:
            raise SignInRefused(Why.WRONG_AUDIENCE) from None
        except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError):
            raise SignInRefused(Why.FORGED) from None
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise SignInRefused(Why.MALFORMED) from None

    def _key_of(self, token: str) -> SignKey:
        if len(token) > _LONGEST_TOKEN:
            raise SignInRefused(Why.MALFORMED)
        try:
            kid = jwt.get_unverified_header(token).get("kid")
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise SignInRefused(Why.MALFORMED) from None
        key = self._keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise SignInRefused(Why.UNKNOWN_KEY)
        return key


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopSigner:
    """What a shop's own site does for a customer who has logged in there."""

    kid: str
    key: SignKey
    audience: str
    shop_id: ShopId

    def token(self, customer_id: CustomerId, *, now: datetime, life: timedelta = SIGN_IN_LIFE) -> str:
        claims = {
            "sub": customer_id,
            "shop": self.shop_id,
            "aud": self.audience,
            "iat": int(now.timestamp()),
            "exp": int((now + life).timestamp()),
        }
        return jwt.encode(claims, self.key.key, algorithm=self.key.algorithm, headers={"kid": self.kid})


class ConversationTokens:
    """Bearer tokens, each good for one conversation until it expires.

    `secrets`: the first signs; the others still open what they signed, so that a secret can be changed.
    `use`: what they are for; what was issued for one use opens nothing in another.
    """

    def __init__(self, *secrets: str, use: str = "conversation") -> None:
        if not secrets or any(len(s.encode()) < _SHORTEST_SECRET for s in secrets):
            raise ValueError(f"a token secret needs {_SHORTEST_SECRET} bytes")
        newest_last = list(reversed(secrets))
        signer = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        self._box = URLSafeSerializer(newest_last, salt=use, signer_kwargs=signer)

    def issue(self, conversation_id: ConversationId, *, until: datetime) -> str:
        return str(self._box.dumps([conversation_id, int(until.timestamp())]))

    def open(self, token: str, *, now: datetime) -> "Pass":
        """What the token is good for. TokenRefused if it is not ours or over."""
        if len(token) > _LONGEST_TOKEN:
            raise TokenRefused
        try:
            conversation_id, until_s = self._box.loads(token)
        except (BadData, ValueError, TypeError, RecursionError):
            raise TokenRefused from None
        if now.timestamp() >= until_s:
            raise TokenRefused
        return Pass(ConversationId(conversation_id), datetime.fromtimestamp(until_s, tz=now.tzinfo))


@dataclass(frozen=True, slots=True)
class Pass:
    conversation_id: ConversationId
    until: datetime


class StaffTokens:
    """Bearer tokens of people at the desk. Only their hashes are kept."""

    def __init__(self, tokens: Mapping[str, str]) -> None:
        short = [name for name, token in tokens.items() if len(token.encode()) < _SHORTEST_SECRET]
        if short:
            raise ValueError(f"staff tokens need {_SHORTEST_SECRET} bytes: {', '.join(short)}")
        self._hashes = {StaffId(name): _hash(token) for name, token in tokens.items()}

    def who(self, token: str) -> StaffId | None:
        """Every token is compared, whole, so that the time taken tells nothing."""
        given = _hash(token[:_LONGEST_TOKEN])
        found = None
        for name, kept in self._hashes.items():
            if hmac.compare_digest(given, kept):
                found = name
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """All ways to be somebody at this counter."""

    tokens: ConversationTokens
    staff: StaffTokens
    sign_in: ShopSignIn | None = None  # None: this shop signs nobody in


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _in_time(claims: Mapping[str, Any], now_s: float) -> None:
    issued, expires = _seconds(claims["iat"]), _seconds(claims["exp"])
    starts = _seconds(claims.get("nbf", issued))
    leeway = LEEWAY.total_seconds()
    if expires - issued > LONGEST_SIGN_IN.total_seconds():
        raise SignInRefused(Why.TOO_LONG)
    if now_s >= expires + leeway:
        raise SignInRefused(Why.EXPIRED)
    if max(issued, starts) > now_s + leeway:
        raise SignInRefused(Why.NOT_YET)


def _seconds(claim: object) -> float:
    """A NumericDate of RFC 7519; a bool, a text or a NaN would slip through every comparison."""
    if isinstance(claim, bool) or not isinstance(claim, int | float) or not math.isfinite(claim):
        raise SignInRefused(Why.MALFORMED)
    return float(claim)
