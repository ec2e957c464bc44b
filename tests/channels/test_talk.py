"""A customer's conversation over HTTP, on both databases."""

import asyncio
from dataclasses import replace

from tests.channels.counter import NOON, POLICY, SIGNER, STAFF, House, furnish

from xiaoer.domain.ids import CustomerId, ShopId
from xiaoer.guard.identity import ShopSigner, SignKey


async def test_a_guest_opens_and_is_told_of_the_machine_first(counter: House) -> None:
    for language, word in (("zh", "不是真人"), ("en", "not a human")):
        visitor = await counter.visitor(language=language)
        assert word in visitor.opened["notice"]
        assert visitor.opened["customer"] is None
        assert visitor.opened["state"] == "bot"
        assert visitor.opened["last_event_id"] == 0
        assert len(visitor.opened["suggestions"]) >= 3


async def test_language_is_the_pages_else_the_browsers_else_the_customers(counter: House) -> None:
    async def language(body: dict[str, str], headers: dict[str, str]) -> str:
        opened = await counter.http.post("/v1/conversations", json=body, headers=headers)
        return str(opened.json()["language"])

    assert await language({"language": "en"}, {"Accept-Language": "zh-CN"}) == "en"
    assert await language({}, {"Accept-Language": "fr, en;q=0.8, zh;q=0.3"}) == "en"
    assert await language({}, {"Accept-Language": "de"}) == "zh"
    assert await language({}, {"Authorization": f"Bearer {counter.sign_in('bob')}"}) == "en"


async def test_opening_without_a_body_is_enough(counter: House) -> None:
    assert (await counter.http.post("/v1/conversations")).status_code == 201


async def test_a_message_is_there_before_it_is_acknowledged_and_is_answered(counter: House) -> None:
    visitor = await counter.visitor()
    answer = await visitor.say("我的订单什么时候发货？")
    assert answer.status_code == 202
    stored = await counter.log.after(visitor.id, 0, limit=10)
    assert [m.id for m in stored][:1] == [answer.json()["id"]]
    await counter.quiet()
    said, reply = await visitor.heard()
    assert (said["author"], said["machine"], said["client_id"]) == ("customer", False, "c1")
    assert (reply["author"], reply["machine"], reply["origin"]) == ("assistant", True, "template")
    assert reply["text"] == "收到：我的订单什么时候发货？"
    assert reply["parts"] == [{"kind": "text", "text": reply["text"]}]


async def test_a_burst_gets_one_reply(counter: House) -> None:
    visitor = await counter.visitor()
    for text in ("你好", "在吗", "订单到哪了"):
        await visitor.say(text)
    await counter.quiet()
    assert counter.clerk.turns == [["你好", "在吗", "订单到哪了"]]


async def test_the_same_client_id_is_the_same_message(counter: House) -> None:
    visitor = await counter.visitor()
    first = await visitor.say("你好", client_id="once")
    again = await visitor.say("你好", client_id="once")
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json() == first.json()
    other = await visitor.say("再见", client_id="once")
    assert other.status_code == 409
    assert other.json()["type"] == "urn:xiaoer:problem:different_body"
    await counter.quiet()
    assert counter.clerk.turns == [["你好"]]


async def test_two_at_once_with_one_client_id_are_one(counter: House) -> None:
    visitor = await counter.visitor()
    answers = await asyncio.gather(*(visitor.say("你好", client_id="once") for _ in range(8)))
    assert sorted(a.status_code for a in answers) == [200] * 7 + [202]
    assert len({a.json()["id"] for a in answers}) == 1


async def test_history_comes_in_pages(counter: House) -> None:
    visitor = await counter.visitor()
    for number in range(5):
        await visitor.say(f"第{number}句")
    first = (await visitor.get("/messages", params={"limit": 3})).json()
    assert [m["seq"] for m in first["messages"]] == [1, 2, 3]
    assert first["more"] is True
    rest = (await visitor.get("/messages", params={"after": 3, "limit": 2})).json()
    assert [m["seq"] for m in rest["messages"]] == [4, 5]
    assert rest["more"] is False
    for bad in ({"limit": 0}, {"limit": 201}, {"after": -1}, {"after": 2**31}):
        assert (await visitor.get("/messages", params=bad)).status_code == 422


async def test_a_signed_in_customer_goes_on_where_the_talk_stopped(counter: House) -> None:
    mei = await counter.visitor("mei")
    assert mei.opened["customer"] == {"name": "林美"}
    again = await counter.http.post(
        "/v1/conversations",
        json={"resume": True},
        headers={"Authorization": f"Bearer {counter.sign_in('mei')}"},
    )
    assert again.status_code == 200
    assert again.json()["id"] == mei.id
    fresh = await counter.visitor("mei")
    bob = await counter.visitor("bob", resume=True)
    assert len({mei.id, fresh.id, bob.id}) == 3


async def test_a_guests_talk_never_becomes_a_customers(counter: House) -> None:
    guest = await counter.visitor(resume=True)
    mei = await counter.visitor("mei", resume=True)
    assert mei.id != guest.id
    found = await counter.log.get(guest.id)
    assert found is not None
    assert found.actor.customer_id is None
    # signing in with a guest's token in hand changes nothing for that token either
    assert (await guest.get()).json()["customer"] is None


async def test_the_shop_being_down_does_not_keep_anybody_from_talking(counter: House) -> None:
    counter.shop.down = True
    mei = await counter.visitor("mei")
    assert mei.opened["customer"] is None
    found = await counter.log.get(mei.id)
    assert found is not None
    assert found.actor.customer_id == "mei"


async def test_a_foreign_or_unknown_conversation_is_answered_alike(counter: House) -> None:
    mine, other = await counter.visitor(), await counter.visitor()
    bodies = []
    for conversation_id in (other.id, "nobody"):
        answer = await counter.http.get(f"/v1/conversations/{conversation_id}", headers=mine.bearer)
        assert answer.status_code == 404
        bodies.append({**answer.json(), "instance": ""})
    assert bodies[0] == bodies[1]


async def test_another_shops_conversation_is_not_there(counter: House) -> None:
    """The same database and the same secrets, served for another shop."""
    visitor = await counter.visitor()
    neighbour = furnish(counter.store, policy=replace(POLICY, shop_id=ShopId("neighbour")))
    staff = {"Authorization": f"Bearer {STAFF['lin']}"}
    for path, headers in (
        (visitor.path, visitor.bearer),
        (f"/v1/staff{visitor.path[3:]}/messages", staff),
    ):
        assert (await counter.http.get(path, headers=headers)).status_code == 200
        assert (await neighbour.http.get(path, headers=headers)).status_code == 404
    await visitor.post("/person")
    assert (await neighbour.http.get("/v1/staff/queue", headers=staff)).json() == {"waiting": []}


async def test_tokens_end(counter: House) -> None:
    guest, mei = await counter.visitor(), await counter.visitor("mei")
    counter.clock.forward(hours=23)
    assert (await guest.get()).status_code == (await mei.get()).status_code == 200
    counter.clock.forward(hours=2)
    assert (await guest.get()).status_code == 200
    assert (await mei.get()).status_code == 401
    for days in (30, 400):
        counter.clock.forward(days=days)
        assert (await guest.get()).status_code == 401


async def test_no_token_no_conversation(counter: House) -> None:
    visitor = await counter.visitor()
    for header in (None, "", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer " + "a" * 9_000):
        headers = {} if header is None else {"Authorization": header}
        answer = await counter.http.get(visitor.path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["type"] == "urn:xiaoer:problem:token"


async def test_a_token_in_an_address_or_cookie_opens_nothing(counter: House) -> None:
    visitor = await counter.visitor()
    token = visitor.opened["token"]
    assert (await counter.http.get(visitor.path, params={"token": token})).status_code == 401
    cookie = {"Cookie": f"token={token}; Authorization=Bearer {token}"}
    assert (await counter.http.get(visitor.path, headers=cookie)).status_code == 401


async def test_a_forged_sign_in_is_no_guest(counter: House) -> None:
    mei = CustomerId("mei")
    forger = ShopSigner(
        kid="shop-1", key=SignKey("HS256", "z" * 40), audience="xiaoer", shop_id=SIGNER.shop_id
    )
    stranger = ShopSigner(kid="shop-9", key=SIGNER.key, audience="xiaoer", shop_id=SIGNER.shop_id)
    elsewhere = ShopSigner(kid="shop-1", key=SIGNER.key, audience="bank", shop_id=SIGNER.shop_id)
    neighbour = ShopSigner(kid="shop-1", key=SIGNER.key, audience="xiaoer", shop_id=ShopId("other"))
    tokens = [s.token(mei, now=NOON) for s in (forger, stranger, elsewhere, neighbour)]
    old = counter.sign_in("mei")
    bodies = set()
    for token in [*tokens, "garbage"]:
        answer = await counter.http.post("/v1/conversations", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        bodies.add(answer.text)
    assert len(bodies) == 1  # why, is told to nobody
    counter.clock.forward(minutes=11)
    late = await counter.http.post("/v1/conversations", headers={"Authorization": f"Bearer {old}"})
    assert late.status_code == 401


async def test_a_time_zone_nobody_knows_is_the_shops(counter: House) -> None:
    for given, taken in (
        ("Europe/Berlin", "Europe/Berlin"),
        ("Etc/Unknown", "Asia/Shanghai"),
        ("../etc/passwd", "Asia/Shanghai"),
        ("", "Asia/Shanghai"),
    ):
        assert (await counter.visitor(time_zone=given)).opened["time_zone"] == taken
    too_long = await counter.http.post("/v1/conversations", json={"time_zone": "x" * 65})
    assert too_long.status_code == 422
    assert too_long.json()["errors"] == [{"field": "time_zone", "problem": "string_too_long"}]
