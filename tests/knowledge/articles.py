"""Articles for tests: a few plain ones, and those of the demo shop."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import xiaoer
from xiaoer.domain.knowledge import Article
from xiaoer.domain.words import Language
from xiaoer.knowledge.markdown import read_folder

DEMO = Path(xiaoer.__file__).parent / "shops" / "demo" / "knowledge"


def article(slug: str, language: Language, title: str, *questions: str, body: str) -> Article:
    return Article(
        slug=slug,
        language=language,
        title=title,
        group="delivery",
        questions=questions,
        body=body,
        updated_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


FEE = article(
    "shipping-fee",
    Language.EN,
    "What does delivery cost?",
    "how much is postage",
    body="Delivery costs ¥8.\n\nAbroad, the checkout shows the charge.",
)
FEE_ZH = article("shipping-fee", Language.ZH, "运费多少？", "邮费多少钱", body="运费 ¥8。")
WASH = article(
    "wash-down",
    Language.EN,
    "How do I wash a down jacket?",
    "can a puffer go in the machine",
    body="Wash it by hand.\n\nIf the filling is lumpy after washing, pat it until the lumps fall apart.",
)
LOCKER_ZH = article("locker", Language.ZH, "可以放快递柜吗？", "能放丰巢吗", body="可以，请在备注里写明。")


@cache
def demo() -> tuple[Article, ...]:
    return tuple(read_folder(DEMO))
