"""The gaps of a shop: its questions read, gathered, and compared with what is written."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import anyio
import anyio.to_thread

from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import Article, Passage
from xiaoer.domain.knowledge_ports import Articles
from xiaoer.domain.learning import Question
from xiaoer.domain.question_ports import Questions, WantedQuestions
from xiaoer.domain.words import Language
from xiaoer.knowledge.library import TantivyLibrary
from xiaoer.learn.gaps import MISSED, MOST_GAPS, MOST_QUESTIONS, Gap, gaps_of

BACK = timedelta(
    days=28
)  # how far one looks unless told: four whole weeks, so that each weekday counts alike


class Survey:
    """Looks for gaps, one look at a time: of 5,000 questions it takes seconds, in a thread of its own."""

    def __init__(self, questions: Questions, articles: Articles, shop_id: ShopId) -> None:
        self._questions, self._articles, self._shop_id = questions, articles, shop_id
        self._alone = anyio.Lock()

    async def gaps(
        self, *, now: datetime, since: datetime | None = None, language: Language | None = None, limit: int
    ) -> tuple[Gap, ...]:
        """The most asked first; of the newest questions since `since`, else of the last four weeks."""
        async with self._alone:
            wanted = WantedQuestions(
                results=MISSED, or_disliked=True, language=language, since=since or now - BACK
            )
            asked = await self._questions.recent(self._shop_id, wanted, limit=MOST_QUESTIONS)
            said = [version.said() for version in await self._articles.holding(self._shop_id, now)]
            most = min(limit, MOST_GAPS)
            return await anyio.to_thread.run_sync(lambda: _look(asked, said, now=now, limit=most))


def _look(
    asked: Sequence[Question], said: Sequence[Article], *, now: datetime, limit: int
) -> tuple[Gap, ...]:
    library = TantivyLibrary.build(said, line=0)  # what is nearest is shown however far it is

    def nearest(question: str, language: Language) -> Passage | None:
        return next(iter(library.search(question, language, limit=1)), None)

    return gaps_of(asked, nearest, now=now, limit=limit)
