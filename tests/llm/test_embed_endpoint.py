"""An endpoint for embeddings: what is sent, what is believed, and that nothing else gets out."""

import base64
import json
import struct
from contextlib import closing

import numpy as np
import pytest
from tests.llm.endpoint import DIMENSIONS, Answer, Endpoint, point, points_of, served

from xiaoer.domain.ports import EmbedderDown
from xiaoer.llm import embed_endpoint
from xiaoer.llm.embed_endpoint import EndpointEmbedder

KEY = "sk-secret-0123456789"


class Naps(list[float]):
    """Sleeps that only say how long they were."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def embedder(endpoint: Endpoint, *, naps: Naps | None = None, timeout_s: float = 5, prefix: str = ""):
    there = embed_endpoint.Endpoint(url=endpoint.url, model="small", key=KEY, prefix=prefix)
    return closing(EndpointEmbedder(there, timeout_s=timeout_s, sleep=Naps() if naps is None else naps))


def unit(text: str) -> list[float]:
    return list(np.array(point(text)) / np.linalg.norm(point(text)))


def test_points_have_length_one_and_the_order_of_their_texts():
    with served() as endpoint, embedder(endpoint) as model:
        found = model.embed(["退货", "where is my parcel"])
        assert np.allclose(found, [unit("退货"), unit("where is my parcel")], atol=1e-6)
        assert model.dimensions == DIMENSIONS
        assert endpoint.keys == [f"Bearer {KEY}"]
        assert model.embed([]) == []
        assert len(endpoint.asked) == 1


def test_points_in_base64_are_the_same():
    def packed(numbers: list[float]) -> str:
        return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()

    with served(Answer(body=points_of(["a", "b"], packed))) as endpoint, embedder(endpoint) as model:
        assert np.allclose(model.embed(["a", "b"]), [unit("a"), unit("b")], atol=1e-6)


def test_many_texts_are_asked_for_in_parts():
    with served() as endpoint, embedder(endpoint) as model:
        texts = [f"word {place}" for place in range(300)] + ["长" * 5_000, "长" * 5_001]
        assert len(model.embed(texts)) == len(texts)
        assert [len(body["input"]) for body in endpoint.asked] == [256, 45, 1]
        assert endpoint.texts[-1] == "长" * 5_001


def test_what_a_model_wants_before_every_text_is_there():
    with served() as endpoint, embedder(endpoint, prefix="query: ") as model:
        model.embed(["退货"])
        assert endpoint.texts == ["query: 退货"]


def test_what_tells_who_a_customer_is_never_arrives():
    canaries = (
        "13800138000",
        "li.lei@example.com",
        "M20260001",
        "SF1234567890123",
        "6222020012345678",
        "NW1 6XE",
    )
    with served() as endpoint, embedder(endpoint) as model:
        model.embed(
            [f"我叫王小明，{canary} 在哪" for canary in canaries] + ["my name is Ann Lee, where is it"]
        )
        sent = json.dumps(endpoint.asked, ensure_ascii=False)
        assert [canary for canary in (*canaries, "王小明", "Ann", "Lee") if canary in sent] == []
        assert "在哪" in sent
        assert "where is it" in sent


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_passes_is_asked_again(status):
    naps = Naps()
    with served(Answer(status), Answer(status), Answer()) as endpoint, embedder(endpoint, naps=naps) as model:
        assert len(model.embed(["a"])) == 1
        assert naps == [0.5, 1.0]


def test_it_waits_as_long_as_it_is_asked_to():
    naps, busy = Naps(), Answer(429, headers={"Retry-After": "3"})
    with served(busy, Answer()) as endpoint, embedder(endpoint, naps=naps) as model:
        model.embed(["a"])
        assert naps == [3.0]


def test_it_does_not_wait_for_minutes():
    naps, busy = Naps(), Answer(429, headers={"Retry-After": "120"})
    with served(busy) as endpoint, embedder(endpoint, naps=naps) as model:
        with pytest.raises(EmbedderDown, match="429"):
            model.embed(["a"])
        assert naps == []


def test_it_gives_up_after_three_tries():
    with served(Answer(500)) as endpoint, embedder(endpoint) as model:
        with pytest.raises(EmbedderDown, match="500"):
            model.embed(["a"])
        assert len(endpoint.asked) == 3


RUBBISH = {
    "a page": b"<html>sign in</html>",
    "nothing": b"",
    "half": points_of(["a"])[:20],
    "no data": b"{}",
    "a list": b"[1]",
    "too few": b'{"data": []}',
    "twice the same": json.dumps({"data": [{"index": 0, "embedding": [1.0]}] * 2}).encode(),
    "words": b'{"data": [{"index": 0, "embedding": ["x"]}]}',
    "no base64": b'{"data": [{"index": 0, "embedding": "***"}]}',
    "not a number": b'{"data": [{"index": 0, "embedding": [NaN, 1, 1, 1]}]}',
    "without end": b'{"data": [{"index": 0, "embedding": [1e999, 1, 1, 1]}]}',
    "of no length": b'{"data": [{"index": 0, "embedding": [0, 0, 0, 0]}]}',
    "empty": b'{"data": [{"index": 0, "embedding": []}]}',
    "another dimension": b'{"data": [{"index": 0, "embedding": [1, 2]}]}',
    "10 MB": b" " * 10_000_000,
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("body", RUBBISH.values(), ids=RUBBISH.keys())
def test_rubbish_is_not_believed(body):
    with served(Answer(), Answer(body=body)) as endpoint, embedder(endpoint) as model:
        model.embed(["a"])
        with pytest.raises(EmbedderDown):
            model.embed(["a"])


@pytest.mark.parametrize(
    "answer", [Answer(401), Answer(404), Answer(302, headers={"Location": "http://127.0.0.1:1/"})], ids=str
)
def test_a_no_is_not_asked_again(answer):
    with served(answer) as endpoint, embedder(endpoint) as model:
        with pytest.raises(EmbedderDown, match=str(answer.status)) as down:
            model.embed(["my secret text"])
        assert len(endpoint.asked) == 1
        assert KEY not in str(down.value)
        assert "secret text" not in str(down.value)


@pytest.mark.parametrize("answer", [Answer(waits=True), Answer(cut=10)], ids=["silent", "cut off"])
def test_what_does_not_come_whole_is_down(answer):
    with served(answer) as endpoint, embedder(endpoint, timeout_s=0.1) as model, pytest.raises(EmbedderDown):
        model.embed(["a"])


def test_nobody_is_there():
    with served() as endpoint:
        pass
    with embedder(endpoint) as model, pytest.raises(EmbedderDown):
        model.embed(["a"])


def test_the_key_is_not_shown():
    assert KEY not in repr(embed_endpoint.Endpoint(url="http://127.0.0.1", model="small", key=KEY))
