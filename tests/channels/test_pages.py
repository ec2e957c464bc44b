"""The pages, their headers, who may call from where; the demo shop's endpoints; whether we are ready."""

from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from tests.channels.counter import House, house
from tests.channels.test_bad_input import problem

from xiaoer.channels.web.front import Pages
from xiaoer.channels.web.problems import Trouble
from xiaoer.channels.web.words import preferred, words
from xiaoer.domain.words import Language
from xiaoer.store.engine import Store

FRIEND, STRANGER = "https://shop.example", "https://evil.example"


async def test_pages_are_served_with_headers_a_browser_obeys(store: Store, tmp_path: Path) -> None:
    for name, text in (("index.html", "<p>店</p>"), ("shop.js", "1"), ("xiaoer.js", "2")):
        (tmp_path / name).write_text(text)
    pages = Pages(widget=tmp_path, storefront=tmp_path, images=tmp_path)
    async with house(store, pages=pages) as counter:
        for path in ("/", "/widget/xiaoer.js", "/storefront/shop.js", "/demo/images/index.html"):
            answer = await counter.http.get(path)
            assert answer.status_code == 200
            policy = answer.headers["content-security-policy"]
            assert "default-src 'self'" in policy
            assert "connect-src 'self'" in policy
            assert "unsafe" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["referrer-policy"]
            again = await counter.http.get(path, headers={"If-None-Match": answer.headers["etag"]})
            assert again.status_code == 304
        for path in ("/widget/none.js", "/widget/../secrets.json", "/widget/%2e%2e/%2e%2e/etc/passwd"):
            assert problem(await counter.http.get(path)) == (404, "not_found")
        assert problem(await counter.http.post("/widget/xiaoer.js")) == (405, "method")


async def test_the_api_is_never_kept_by_a_cache_nor_framed(counter: House) -> None:
    for path in ("/v1/openapi.json", "/v1/conversations/x", "/v1/nothing"):
        answer = await counter.http.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "set-cookie" not in answer.headers


async def test_only_our_own_and_allowed_sites_change_anything(store: Store) -> None:
    strangers = [
        STRANGER,
        "null",
        "https://shop.example.evil.example",
        "http://counter.evil.example",
        "http://counter:81",
        "http://[",
        "",
    ]
    async with house(store, allowed_origins=[FRIEND]) as counter:
        assert (await counter.http.post("/v1/conversations")).status_code == 201
        for origin in ("http://counter", "https://counter", FRIEND):
            answer = await counter.http.post("/v1/conversations", headers={"Origin": origin})
            assert answer.status_code == 201, origin
        for origin in strangers:
            answer = await counter.http.post("/v1/conversations", headers={"Origin": origin})
            assert problem(answer) == (403, "origin"), origin
            assert "access-control-allow-origin" not in answer.headers


async def test_another_site_may_read_only_if_it_is_allowed(store: Store) -> None:
    async with house(store, allowed_origins=[FRIEND]) as counter:
        for origin, allowed in ((FRIEND, FRIEND), (STRANGER, None)):
            answer = await counter.http.get("/healthz", headers={"Origin": origin})
            assert answer.headers.get("access-control-allow-origin") == allowed
            assert "access-control-allow-credentials" not in answer.headers
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            asked["Access-Control-Request-Headers"] = "authorization, content-type, last-event-id"
            preflight = await counter.http.options("/v1/conversations", headers=asked)
            assert preflight.headers.get("access-control-allow-origin") == allowed
            assert (preflight.status_code == 200) == (allowed is not None)


async def test_the_demo_shop_shows_what_it_sells_and_signs_anybody_in(counter: House) -> None:
    http = counter.http
    shelves = (await http.get("/demo/api/categories")).json()["categories"]
    assert shelves == [{"key": "bags", "name": {"zh": "包", "en": "bags"}}]
    [bag] = (await http.get("/demo/api/products", params={"category": "bags", "q": "包"})).json()["products"]
    assert (bag["price_from"], bag["in_stock"]) == ({"minor": 9900, "currency": "CNY"}, True)
    assert bag["options"] == {"colour": [{"zh": "蓝色", "en": "blue"}], "size": []}
    people = (await http.get("/demo/api/customers")).json()["customers"]
    assert [p["customer_id"] for p in people] == ["mei", "bob"]
    token = (await http.post("/demo/api/sign-in", json={"customer_id": "bob"})).json()["token"]
    opened = await http.post("/v1/conversations", headers={"Authorization": f"Bearer {token}"})
    assert opened.json()["customer"] == {"name": "Bob"}


async def test_the_demo_shop_says_no_in_the_same_form(counter: House) -> None:
    http = counter.http
    unknown = await http.post("/demo/api/sign-in", json={"customer_id": "nobody"})
    assert problem(unknown) == (404, "not_found")
    assert problem(await http.get("/demo/api/products", params={"limit": 0})) == (422, "invalid")
    assert (await http.get("/demo/api/products", params={"q": "a\0b"})).status_code == 200
    counter.shop.down = True
    assert problem(await http.get("/demo/api/products")) == (503, "shop_down")


async def test_without_the_demo_nobody_is_signed_in_by_asking(store: Store) -> None:
    async with house(store, more=[]) as counter:
        answer = await counter.http.post("/demo/api/sign-in", json={"customer_id": "mei"})
        assert problem(answer) == (404, "not_found")
        assert problem(await counter.http.get("/")) == (404, "not_found")


async def test_ready_when_all_stands_alive_whatever_falls(store: Store) -> None:
    falls = False

    async def index() -> None:
        if falls:
            raise RuntimeError("postgresql://user:password@host")

    async def database() -> None:
        return

    async with house(store, checks={"database": database, "index": index}) as counter:
        well = await counter.http.get("/readyz")
        assert well.json() == {"ready": True, "checks": {"database": True, "index": True}}
        falls = True
        ill = await counter.http.get("/readyz")
        assert problem(ill) == (503, "not_ready")
        assert ill.json()["checks"] == {"database": True, "index": False}
        assert "password" not in ill.text
        assert (await counter.http.get("/healthz")).json() == {"alive": True}


def test_every_problem_has_its_words_in_both_languages() -> None:
    keys = {trouble.value for trouble in Trouble}
    raw = {
        language: yaml.safe_load((files("xiaoer.channels.web.words") / f"{language}.yaml").read_text("utf-8"))
        for language in Language
    }
    for language in Language:
        said = words(language)
        assert set(said.problems) == keys
        assert said.notice
        assert len(said.for_guests) >= 3
        assert len(said.for_customers) >= 3
    for key in keys:
        slots = {language: sorted(_slots(raw[language]["problems"][key]["detail"])) for language in Language}
        assert slots[Language.ZH] == slots[Language.EN], key


def _slots(text: str) -> list[str]:
    return [piece.partition("}")[0] for piece in text.split("{")[1:]]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("en", "en"),
        ("zh-Hant-TW", "zh"),
        ("en;q=0.1, zh;q=0.9", "zh"),
        ("de, en;q=0.5", "en"),
        ("en;q=0", "zh"),
        ("en;q=x", "zh"),
        ("*", "zh"),
        (",,;;q=,", "zh"),
        ("fr," * 1000 + "en", "zh"),
    ],
)
def test_the_language_a_browser_likes_best(header: str, language: str) -> None:
    assert preferred(header) is Language(language)
