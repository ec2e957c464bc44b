"""The embedding model: whether it can be used, and what for."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
import typer

from xiaoer.app.embedding import Embedding, open_embedding
from xiaoer.cli.shared import Stop, out, read_settings, run
from xiaoer.domain.ports import Embedder, EmbedderDown
from xiaoer.settings import Settings

embeddings = typer.Typer(help="The embedding model / 向量模型", no_args_is_help=True)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two that mean alike, and one that means something else."""

    what: str
    said: str
    alike: str
    other: str


PAIRS = (
    Pair("中文 / Chinese", "我的快递到哪了", "包裹什么时候能送到", "能给我开发票吗"),
    Pair("英文 / English", "where is my parcel", "when will my package arrive", "can i get an invoice"),
    Pair("中英互通 / both together", "我的快递到哪了", "where is my parcel", "can i get an invoice"),
)


@embeddings.callback()
def _of() -> None:
    """The embedding model / 向量模型."""


@embeddings.command("check")
def check() -> None:
    """Call the configured model once and say what it is good for / 检查配置好的向量模型."""
    run(_check(read_settings()))


async def _check(settings: Settings) -> None:
    async with open_embedding(settings) as embedding:
        if embedding is None:
            out.print(
                "没有配置向量模型；没有它小二也能用。设置 XIAOER_EMBEDDINGS_URL 或 XIAOER_EMBEDDINGS_FOLDER\n"
                "No embedding model is configured; none is needed. Set XIAOER_EMBEDDINGS_URL or "
                "XIAOER_EMBEDDINGS_FOLDER",
                highlight=False,
            )
            return
        try:
            _tell(embedding, settings.embeddings_timeout_s)
        except EmbedderDown as down:
            raise Stop(f"向量模型用不了 / The embedding model cannot be used: {down}") from down


def _tell(embedding: Embedding, within_s: float) -> None:
    texts = [text for pair in PAIRS for text in (pair.said, pair.alike, pair.other)]
    points = np.array(embedding.patient.embed(texts), dtype=np.float32)
    out.print(f"模型 / model: {embedding.patient.name}", highlight=False, markup=False)
    out.print(f"维数 / dimensions: {points.shape[1]}", highlight=False)
    out.print(_speed(embedding.prompt, within_s), highlight=False)
    for pair, (said, alike, other) in zip(PAIRS, points.reshape(len(PAIRS), 3, -1), strict=True):
        near, far = float(said @ alike), float(said @ other)
        verdict = "分得清 / told apart" if near > far else "分不清 / not told apart"
        out.print(f"{pair.what}: {near:.2f} > {far:.2f}? {verdict}", highlight=False)


def _speed(model: Embedder, within_s: float) -> str:
    """Of two messages: the first also pays for the connection."""
    told = ""
    for text in ("请问在吗", "hello, are you there"):
        begun = perf_counter()
        try:
            model.embed([text])
        except EmbedderDown as down:
            told = (
                f"顾客等不到它：{within_s} 秒内没有结果（{down}），会只用词来理解\n"
                f"Too slow for customers: nothing within {within_s} s ({down}); words alone would decide"
            )
        else:
            told = f"一条消息 / a message: {(perf_counter() - begun) * 1000:.0f} ms"
    return told
