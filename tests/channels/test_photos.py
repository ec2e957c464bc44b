"""A customer sends a photo: taken in, shown to them and to staff, to nobody else; on both databases."""

import pytest
from tests.channels.counter import STAFF, House
from tests.channels.test_bad_input import problem
from tests.turns.counter import camera

from xiaoer.channels.web.photos import AN_HOUR
from xiaoer.domain.photos import MOST_BYTES

JPEG = {"Content-Type": "image/jpeg"}
DESK = {"Authorization": f"Bearer {STAFF['lin']}"}


async def test_a_photo_comes_into_the_conversation_and_is_answered(counter: House) -> None:
    visitor = await counter.visitor()
    upload = camera(exif=b"Exif\0\0SECRET")
    sent = await visitor.post("/photos?client_id=p1", content=upload, headers=JPEG)
    assert sent.status_code == 202, sent.text
    (part,) = sent.json()["parts"]
    assert (part["kind"], part["width"], part["height"]) == ("photo", 64, 48)
    again = await visitor.post("/photos?client_id=p1", content=upload, headers=JPEG)
    assert (again.status_code, again.json()) == (200, sent.json())
    other = await visitor.post("/photos?client_id=p1", content=camera((9, 9)), headers=JPEG)
    assert problem(other) == (409, "different_body")
    shown = await visitor.get(f"/photos/{part['photo_id']}")
    assert shown.status_code == 200
    assert shown.content.startswith(b"\xff\xd8")
    assert b"SECRET" not in shown.content
    headers = shown.headers
    assert headers["content-type"] == "image/jpeg"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"].startswith("attachment; filename=")
    assert "sandbox" in headers["content-security-policy"]
    assert "no-store" in headers["cache-control"]
    await counter.app.state.turns.drain()
    assert counter.clerk.turns == [[""]]


async def test_nobody_else_sees_it(counter: House) -> None:
    visitor, stranger = await counter.visitor(), await counter.visitor()
    sent = await visitor.post("/photos?client_id=p1", content=camera(), headers=JPEG)
    photo_id = sent.json()["parts"][0]["photo_id"]
    foreign = await stranger.get(f"/photos/{photo_id}")
    unknown = await stranger.get("/photos/0123456789abcdef")
    assert problem(foreign) == problem(unknown) == (404, "no_photo")
    assert (await counter.http.get(f"{visitor.path}/photos/{photo_id}")).status_code == 401
    theirs = await counter.http.get(f"{visitor.path}/photos/{photo_id}", headers=stranger.bearer)
    assert problem(theirs) == (404, "no_conversation")


async def test_staff_see_what_was_sent(counter: House) -> None:
    visitor = await counter.visitor()
    sent = await visitor.post("/photos?client_id=p1", content=camera(), headers=JPEG)
    photo_id = sent.json()["parts"][0]["photo_id"]
    path = f"/v1/staff/conversations/{visitor.id}/photos"
    assert (await counter.http.get(path)).status_code == 401
    assert (await counter.http.get(f"{path}/{photo_id}", headers=visitor.bearer)).status_code == 401
    (told,) = (await counter.http.get(path, headers=DESK)).json()["photos"]
    assert (told["id"], told["width"], told["order_id"], told["number"]) == (photo_id, 64, None, None)
    shown = await counter.http.get(f"{path}/{photo_id}", headers=DESK)
    assert shown.content.startswith(b"\xff\xd8")
    assert shown.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "JPEG、PNG 或 WebP"), ("en", "a whole photo as JPEG, PNG or WebP")]
)
@pytest.mark.parametrize(
    "upload", [b"", b"<svg><script/></svg>", b"\x89PNG\r\n\x1a\n<html>", camera()[:-200]], ids=repr
)
async def test_what_is_no_photo_is_refused_in_words(
    counter: House, language: str, words: str, upload: bytes
) -> None:
    visitor = await counter.visitor(language=language)
    refused = await visitor.post("/photos?client_id=p1", content=upload, headers=JPEG)
    assert problem(refused) == (422, "photo_unreadable")
    assert words in refused.json()["detail"]
    assert await visitor.heard() == []


async def test_too_many_bytes_and_too_many_photos(counter: House) -> None:
    visitor = await counter.visitor()
    big = await visitor.post("/photos?client_id=p1", content=b"x" * (MOST_BYTES + 1), headers=JPEG)
    assert problem(big) == (413, "photo_too_big")
    assert "8 MB" in big.json()["detail"]
    for n in range(AN_HOUR):
        counter.clock.forward(seconds=5)
        sent = await visitor.post(f"/photos?client_id=n{n}", content=camera(), headers=JPEG)
        assert sent.status_code == 202
    counter.clock.forward(seconds=5)
    refused = await visitor.post("/photos?client_id=more", content=camera(), headers=JPEG)
    assert problem(refused) == (429, "too_many_photos")
    assert refused.headers["retry-after"] == "3600"
    counter.clock.forward(hours=1)
    assert (await visitor.post("/photos?client_id=x", content=camera(), headers=JPEG)).status_code == 202
