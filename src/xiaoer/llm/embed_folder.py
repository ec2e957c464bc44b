"""Points from a model in a local folder: a sentence-transformers model exported to ONNX. Nothing leaves.

The folder holds tokenizer.json and model.onnx (or onnx/model.onnx); 1_Pooling/config.json and
sentence_bert_config.json are followed if they are there.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from xiaoer.domain.ports import Embedder, EmbedderDown
from xiaoer.llm.points import Points, unit

_AT_ONCE = 32
_MOST_TOKENS = 256  # of a text, where the folder does not say
_LONGEST = 8_000  # characters: the tokenizer need not read what the model will not
_MASK, _IDS = "attention_mask", "input_ids"


class NoModel(Exception):
    """The folder cannot be used; the message says what is missing, and what to do."""


class Tokenizer(Protocol):
    """The part of tokenizers.Tokenizer that is needed; padding and cutting are set."""

    def encode_batch(self, texts: list[str]) -> Sequence[Any]: ...


class Session(Protocol):
    """The part of onnxruntime.InferenceSession that is needed."""

    def get_inputs(self) -> Sequence[Any]: ...

    def run(self, wanted: Any, feeds: Mapping[str, NDArray[np.int64]]) -> Sequence[Any]: ...  # noqa: ANN401


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the folder wants its model to be read."""

    first_token: bool = False  # its point is the sentence's; else the mean of all
    most_tokens: int = _MOST_TOKENS
    prefix: str = ""


class FolderEmbedder(Embedder):
    def __init__(self, name: str, tokenizer: Tokenizer, session: Session, reading: Reading) -> None:
        self.name = name
        self._tokenizer, self._session, self._reading = tokenizer, session, reading
        self._inputs = {given.name for given in session.get_inputs()}
        self._dimensions: int = self._run(["?"]).shape[1]

    @classmethod
    def open(cls, folder: Path, *, prefix: str = "", threads: int = 1) -> "FolderEmbedder":
        """NoModel, in Chinese and English, if the folder or the packages are not what is needed."""
        model = _model_file(folder)
        reading = _reading(folder, prefix)
        tokenizer, session = _load(folder / "tokenizer.json", model, reading, threads)
        with model.open("rb") as whole:
            digest = file_digest(whole, "sha256").hexdigest()[:12]
        pooling = "first" if reading.first_token else "mean"
        name = f"{folder.resolve().name}-{digest}-{pooling}#{prefix}"
        try:
            return cls(name, tokenizer, session, reading)
        except EmbedderDown as broken:
            raise NoModel(f"{model}：这个模型跑不起来 / this model does not run: {broken}") from broken

    @property
    @override
    def dimensions(self) -> int:
        return self._dimensions

    @override
    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Those of about one length together: less is padded."""
        points = np.empty((len(texts), self._dimensions), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(order), _AT_ONCE):
            places = order[start : start + _AT_ONCE]
            points[places] = self._run([texts[place] for place in places])
        rows: list[list[float]] = points.tolist()
        return rows

    def _run(self, texts: Sequence[str]) -> Points:
        sent = [self._reading.prefix + text[:_LONGEST] for text in texts]
        try:
            found = self._tokenizer.encode_batch(sent)
            fed = {
                _IDS: np.array([one.ids for one in found], dtype=np.int64),
                _MASK: np.array([one.attention_mask for one in found], dtype=np.int64),
                "token_type_ids": np.array([one.type_ids for one in found], dtype=np.int64),
            }
            told = self._session.run(None, {name: fed[name] for name in fed if name in self._inputs})
            pooled = _pooled(np.asarray(told[0], dtype=np.float32), fed[_MASK], self._reading)
        except Exception as broke:  # a foreign runtime: its errors have no common class
            raise EmbedderDown(f"the model of the folder broke: {type(broke).__name__}") from broke
        return unit(pooled, count=len(texts), dimensions=getattr(self, "_dimensions", None))


def _pooled(told: Points, mask: NDArray[np.int64], reading: Reading) -> Points:
    """(texts, tokens, dimensions) to a point a text; what is pooled already stays."""
    if told.ndim == 2:  # noqa: PLR2004 - texts and dimensions
        return told
    if reading.first_token:
        return np.asarray(told[:, 0])
    weight = mask[..., np.newaxis].astype(np.float32)
    return np.asarray((told * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1))


def _model_file(folder: Path) -> Path:
    found = [path for path in (folder / "model.onnx", folder / "onnx" / "model.onnx") if path.is_file()]
    if not found or not (folder / "tokenizer.json").is_file():
        raise NoModel(
            f"{folder}：需要 tokenizer.json 和 model.onnx（用 optimum-cli export onnx 导出）\n"
            f"{folder}: needs tokenizer.json and model.onnx (optimum-cli export onnx makes it)"
        )
    return found[0]


def _reading(folder: Path, prefix: str) -> Reading:
    pooling, limits = _json(folder / "1_Pooling" / "config.json"), _json(folder / "sentence_bert_config.json")
    most = limits.get("max_seq_length")
    return Reading(
        first_token=pooling.get("pooling_mode_cls_token") is True,
        most_tokens=most if isinstance(most, int) and 0 < most <= _LONGEST else _MOST_TOKENS,
        prefix=prefix,
    )


def _json(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        told = json.loads(path.read_text("utf-8"))
    except ValueError as wrong:
        raise NoModel(f"{path}：不是 JSON / is no JSON: {wrong}") from wrong
    return told if isinstance(told, dict) else {}


def _load(words: Path, model: Path, reading: Reading, threads: int) -> tuple[Tokenizer, Session]:
    try:
        import onnxruntime  # noqa: PLC0415 - of the extra `embed`, 50 MB
        import tokenizers  # noqa: PLC0415
    except ImportError as missing:
        raise NoModel(
            "本地向量模型需要另装：pip install 'xiaoer[embed]'\n"
            "A local embedding model needs: pip install 'xiaoer[embed]'"
        ) from missing
    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(words))
        tokenizer.enable_truncation(reading.most_tokens)
        tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        return tokenizer, onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
    except Exception as wrong:  # both raise their own kinds
        raise NoModel(f"{model.parent}：读不了 / cannot be read: {wrong}") from wrong
