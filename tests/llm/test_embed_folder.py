"""A model in a folder: how its answer becomes a point, and what is said of a folder that is none."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from xiaoer.domain.ports import EmbedderDown
from xiaoer.llm.embed_folder import FolderEmbedder, NoModel, Reading


@dataclass
class Encoded:
    ids: list[int]
    attention_mask: list[int]
    type_ids: list[int]


@dataclass
class Named:
    name: str


class Letters:
    """A token a letter, padded to the longest."""

    def encode_batch(self, texts: list[str]) -> Sequence[Encoded]:
        longest = max(map(len, texts))
        return [
            Encoded(
                [ord(c) for c in text] + [0] * (longest - len(text)),
                [1] * len(text) + [0] * (longest - len(text)),
                [0] * longest,
            )
            for text in texts
        ]


class Model:
    """Each token is (its letter, 1, 9 if it is padding)."""

    def __init__(
        self, *, inputs: Sequence[str] = ("input_ids", "attention_mask"), pooled: bool = False
    ) -> None:
        self.inputs, self.pooled, self.broken = inputs, pooled, False
        self.sizes: list[int] = []

    def get_inputs(self) -> Sequence[Named]:
        return [Named(name) for name in self.inputs]

    def run(self, wanted: object, feeds: Mapping[str, np.ndarray]) -> Sequence[np.ndarray]:
        if self.broken:
            raise RuntimeError("out of memory at 0x0")
        assert set(feeds) == set(self.inputs)
        ids, mask = feeds["input_ids"], feeds["attention_mask"]
        self.sizes.append(len(ids))
        tokens = np.stack([ids, np.ones_like(ids), np.where(mask == 0, 9, 0)], axis=-1).astype(np.float32)
        return [tokens[:, 0] if self.pooled else tokens]


def embedder(model: Model, reading: Reading | None = None) -> FolderEmbedder:
    return FolderEmbedder("test", Letters(), model, reading or Reading())


def unit(*numbers: float) -> np.ndarray:
    return np.asarray(np.array(numbers) / np.linalg.norm(numbers))


def test_a_sentence_is_the_mean_of_its_words_without_the_padding():
    found = embedder(Model()).embed(["ab", "a", "abcdef"])
    assert np.allclose(found[0], unit((97 + 98) / 2, 1, 0), atol=1e-6)
    assert np.allclose(found[1], unit(97, 1, 0), atol=1e-6)
    assert np.allclose(np.linalg.norm(found, axis=1), 1)


def test_or_its_first_token_if_the_folder_says_so():
    found = embedder(Model(), Reading(first_token=True)).embed(["ab"])
    assert np.allclose(found[0], unit(97, 1, 0), atol=1e-6)


def test_what_is_pooled_already_stays():
    assert np.allclose(embedder(Model(pooled=True)).embed(["ab"])[0], unit(97, 1, 0), atol=1e-6)


def test_a_model_is_given_the_inputs_it_has():
    inputs = ("input_ids", "attention_mask", "token_type_ids")
    assert embedder(Model(inputs=inputs)).dimensions == 3


def test_many_texts_in_their_order_some_at_once():
    model = Model()
    texts = ["x" * (1 + place * 7 % 50) + "y" for place in range(100)]
    found = embedder(model).embed(texts)
    assert max(model.sizes) == 32
    for text, point in zip(texts, found, strict=True):
        assert np.allclose(point, unit(sum(map(ord, text)) / len(text), 1, 0), atol=1e-4)


def test_what_stands_before_every_text_is_read():
    found = embedder(Model(), Reading(first_token=True, prefix="q: ")).embed(["ab"])
    assert np.allclose(found[0], unit(ord("q"), 1, 0), atol=1e-6)


def test_a_model_that_breaks_is_down():
    model = Model()
    broken = embedder(model)
    model.broken = True
    with pytest.raises(EmbedderDown, match="RuntimeError"):
        broken.embed(["a"])


def test_an_empty_folder_says_what_it_needs(tmp_path):
    with pytest.raises(NoModel, match=r"tokenizer\.json") as missing:
        FolderEmbedder.open(tmp_path)
    assert "需要" in str(missing.value)


@pytest.mark.parametrize("where", ["model.onnx", "onnx/model.onnx"])
def test_a_file_that_is_no_model_says_what_to_do(tmp_path, where):
    (tmp_path / where).parent.mkdir(exist_ok=True)
    (tmp_path / where).write_bytes(b"rubbish")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(NoModel, match=r"xiaoer\[embed\]|cannot be read"):
        FolderEmbedder.open(tmp_path)


def test_a_broken_pooling_file_is_named(tmp_path):
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_text(json.dumps({}))
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text("{")
    with pytest.raises(NoModel, match=r"1_Pooling"):
        FolderEmbedder.open(tmp_path)
