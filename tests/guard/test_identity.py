"""Who is at the counter: nothing but a right token, in its time, opens anything."""

import base64
import hashlib
import hmac
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiaoer.domain.ids import ConversationId, CustomerId, ShopId, StaffId
from xiaoer.guard.identity import (
    LEEWAY,
    LONGEST_SIGN_IN,
    ConversationTokens,
    ShopSigner,
    ShopSignIn,
    SignInRefused,
    SignKey,
    StaffTokens,
    TokenRefused,
    Why,
)

NOW = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
SECRET = "the shop's own secret of 32 bytes or more"
SHOP, MEI = ShopId("moonhill"), CustomerId("mei")
SIGNER = ShopSigner(kid="h", key=SignKey("HS256", SECRET), audience="xiaoer", shop_id=SHOP)

_private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = (
    _private.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
DOOR = ShopSignIn(
    {"h": SignKey("HS256", SECRET), "r": SignKey("RS256", PUBLIC)}, audience="xiaoer", shop_id=SHOP
)


def claims(**changes: Any) -> dict[str, Any]:
    right = {
        "sub": "mei",
        "shop": SHOP,
        "aud": "xiaoer",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 600,
    }
    return {name: value for name, value in {**right, **changes}.items() if value is not None}


def signed(kid: str = "h", **changes: Any) -> str:
    key: Any = _private if kid == "r" else SECRET
    return jwt.encode(
        claims(**changes), key, algorithm="RS256" if kid == "r" else "HS256", headers={"kid": kid}
    )


def raw(header: dict[str, Any], body: dict[str, Any], secret: bytes = b"") -> str:
    """A token as an attacker writes one, whatever a library would refuse to make."""
    parts = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in (header, body)]
    mac = hmac.new(secret, b".".join(parts), hashlib.sha256).digest() if secret else b""
    return b".".join([*parts, base64.urlsafe_b64encode(mac).rstrip(b"=")]).decode()


def refused(token: str, *, now: datetime = NOW) -> Why:
    with pytest.raises(SignInRefused) as caught:
        DOOR.verify(token, now=now)
    return caught.value.why


@pytest.mark.parametrize("kid", ["h", "r"])
def test_the_shop_signs_its_customer_in(kid: str) -> None:
    assert DOOR.verify(signed(kid), now=NOW) == MEI


def test_what_the_signer_makes_the_door_opens_until_its_time_is_over() -> None:
    token = SIGNER.token(MEI, now=NOW)
    assert DOOR.verify(token, now=NOW) == MEI
    end = NOW + timedelta(minutes=10) + LEEWAY
    assert DOOR.verify(token, now=end - timedelta(seconds=1)) == MEI
    assert refused(token, now=end) is Why.EXPIRED


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (signed(aud="bank"), Why.WRONG_AUDIENCE),
        (signed(aud=["bank", "shop"]), Why.WRONG_AUDIENCE),
        (signed(shop="other"), Why.WRONG_SHOP),
        (signed(shop=["moonhill"]), Why.WRONG_SHOP),
        (signed(shop=None), Why.WRONG_SHOP),
        (signed(exp=int(NOW.timestamp()) - 31), Why.EXPIRED),
        (signed(exp=int(NOW.timestamp()) + 3_601), Why.TOO_LONG),
        (signed(iat=int(NOW.timestamp()) + 31), Why.NOT_YET),
        (signed(nbf=int(NOW.timestamp()) + 31), Why.NOT_YET),
        (signed(sub=None), Why.MALFORMED),
        (signed(iat=None), Why.MALFORMED),
        (signed(exp=None), Why.MALFORMED),
        (signed(aud=None), Why.MALFORMED),
        (signed(sub=""), Why.MALFORMED),
        (signed(sub=" "), Why.MALFORMED),
        (signed(sub="mei\0"), Why.MALFORMED),
        (signed(exp=True), Why.MALFORMED),
        (signed(exp="1e9"), Why.MALFORMED),
        (raw({"alg": "HS256", "kid": "h"}, claims(exp=float("nan")), SECRET.encode()), Why.MALFORMED),
        (raw({"alg": "HS256", "kid": "h"}, claims(exp=float("inf")), SECRET.encode()), Why.MALFORMED),
        (raw({"alg": "HS256", "kid": "h"}, claims(sub=["mei"]), SECRET.encode()), Why.MALFORMED),
        (jwt.encode(claims(), SECRET, headers={"kid": "nobody"}), Why.UNKNOWN_KEY),
        (jwt.encode(claims(), SECRET), Why.UNKNOWN_KEY),
        (raw({"alg": "HS256", "kid": ["h"]}, claims(), SECRET.encode()), Why.MALFORMED),
        (jwt.encode(claims(), "x" * 40, headers={"kid": "h"}), Why.FORGED),
        ("", Why.MALFORMED),
        ("a.b.c", Why.MALFORMED),
        ("é.ü.ö", Why.MALFORMED),
        ("\ud800", Why.MALFORMED),
        (signed() + "x" * 5_000, Why.MALFORMED),
    ],
)
def test_every_other_token_is_refused(token: str, why: Why) -> None:
    assert refused(token) is why


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE"])
@pytest.mark.parametrize("kid", ["h", "r"])
def test_no_signature_is_no_signature(alg: str, kid: str) -> None:
    assert refused(raw({"alg": alg, "kid": kid}, claims())) in (Why.FORGED, Why.MALFORMED)


@pytest.mark.parametrize("alg", ["HS256", "HS384", "RS256"])
def test_a_public_key_is_no_shared_secret(alg: str) -> None:
    """RFC 8725 2.1: signing with the public key as HMAC secret, under any algorithm name."""
    token = raw({"alg": alg, "kid": "r"}, claims(), PUBLIC.encode())
    assert refused(token) in (Why.FORGED, Why.MALFORMED)


def test_a_key_signs_with_its_own_algorithm_only() -> None:
    stronger = jwt.encode(claims(), SECRET * 2, algorithm="HS512", headers={"kid": "h"})
    swapped = jwt.encode(claims(), SECRET, algorithm="HS256", headers={"kid": "r"})
    assert refused(stronger) is refused(swapped) is Why.FORGED


def test_a_changed_claim_breaks_the_signature() -> None:
    head, _, tail = signed().split(".")
    _, body, _ = signed(sub="bob").split(".")
    assert refused(f"{head}.{body}.{tail}") is Why.FORGED


def test_what_is_refused_says_nothing_of_its_content() -> None:
    with pytest.raises(SignInRefused) as caught:
        DOOR.verify(signed(sub="13800138000", aud="bank"), now=NOW)
    assert str(caught.value) == "wrong_audience"
    assert caught.value.__cause__ is None


@given(st.text(max_size=300))
def test_garbage_opens_nothing(token: str) -> None:
    refused(token)
    with pytest.raises(TokenRefused):
        ConversationTokens(SECRET).open(token, now=NOW)
    assert StaffTokens({"lin": "l" * 40}).who(token) is None


@given(st.data())
def test_a_token_with_one_character_changed_opens_nothing(data: st.DataObject) -> None:
    """Unless it is the same bytes: the last character of base64 has bits that stand for nothing."""
    for token, opens in (
        (signed(), lambda t: DOOR.verify(t, now=NOW)),
        (ConversationTokens(SECRET).issue(ConversationId("c"), until=NOW + timedelta(days=1)), _opens),
    ):
        at = data.draw(st.integers(0, len(token) - 2))
        char = data.draw(st.characters(codec="ascii", exclude_characters=token[at]))
        with pytest.raises((SignInRefused, TokenRefused)):
            opens(token[:at] + char + token[at + 1 :])


def _opens(token: str) -> Any:
    return ConversationTokens(SECRET).open(token, now=NOW)


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(
    st.dictionaries(
        st.text(max_size=9),
        st.recursive(st.none() | st.integers() | st.text(max_size=9), st.lists, max_leaves=8),
        max_size=8,
    )
)
def test_no_claims_of_any_shape_break_the_door(strange: dict[str, Any]) -> None:
    for body in (strange, {**claims(), **strange}):
        with suppress(SignInRefused):
            assert DOOR.verify(raw({"alg": "HS256", "kid": "h"}, body, SECRET.encode()), now=NOW)


@given(
    life=st.timedeltas(timedelta(seconds=1), LONGEST_SIGN_IN),
    after=st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_a_sign_in_is_over_when_its_time_is_over(life: timedelta, after: timedelta) -> None:
    token, now = SIGNER.token(MEI, now=NOW, life=life), NOW + after
    if after > life + LEEWAY:
        assert refused(token, now=now) is Why.EXPIRED
    elif after < life:
        assert DOOR.verify(token, now=now) == MEI


def test_a_conversation_token_opens_its_conversation_until_it_ends() -> None:
    tokens, until = ConversationTokens(SECRET), NOW + timedelta(days=30)
    token = tokens.issue(ConversationId("c1"), until=until)
    opened = tokens.open(token, now=NOW)
    assert (opened.conversation_id, opened.until) == ("c1", until)
    assert tokens.open(token, now=until - timedelta(seconds=1)) == opened
    for late in (until, until + timedelta(days=400)):
        with pytest.raises(TokenRefused):
            tokens.open(token, now=late)


def test_a_changed_secret_still_opens_what_the_old_one_signed() -> None:
    until = NOW + timedelta(days=1)
    old, new = SECRET, "another secret, also of 32 bytes or more"
    before = ConversationTokens(old).issue(ConversationId("c"), until=until)
    both = ConversationTokens(new, old)
    assert both.open(before, now=NOW).conversation_id == "c"
    after = both.issue(ConversationId("c"), until=until)
    assert ConversationTokens(new).open(after, now=NOW).conversation_id == "c"
    with pytest.raises(TokenRefused):
        ConversationTokens(new).open(before, now=NOW)


def test_a_shops_sign_in_is_no_conversation_token_nor_the_other_way() -> None:
    with pytest.raises(TokenRefused):
        ConversationTokens(SECRET).open(signed(), now=NOW)
    token = ConversationTokens(SECRET).issue(ConversationId("mei"), until=NOW + timedelta(days=1))
    assert refused(token) is Why.MALFORMED


def test_staff_are_known_by_their_whole_token() -> None:
    lin, wang = "lin-" + "a" * 40, "wang-" + "b" * 40
    desk = StaffTokens({"lin": lin, "wang": wang})
    assert (desk.who(lin), desk.who(wang)) == (StaffId("lin"), StaffId("wang"))
    for other in ("", lin[:-1], lin + "a", lin.upper(), "lin", "\ud800" * 40):
        assert desk.who(other) is None
    assert lin not in repr(vars(desk))


@pytest.mark.parametrize(
    "make",
    [
        lambda: SignKey("HS256", "short"),
        lambda: SignKey("RS256", SECRET),
        ConversationTokens,
        lambda: ConversationTokens(SECRET, "short"),
        lambda: StaffTokens({"lin": "123456"}),
    ],
)
def test_weak_secrets_are_refused_at_the_door(make: Any) -> None:
    with pytest.raises(ValueError, match="bytes|PEM"):
        make()
