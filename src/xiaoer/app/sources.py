"""Where imports come from: files here, pages elsewhere."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

import anyio.to_thread

from xiaoer.domain.knowledge import Article, Name, Remark
from xiaoer.domain.words import Language, Words
from xiaoer.knowledge.importing import Source
from xiaoer.knowledge.intake import Findings, Found, Progress
from xiaoer.knowledge.sound import LONGEST_SLUG

if TYPE_CHECKING:  # readers of PDF, Word and Excel are loaded by the first import, not by every start
    from xiaoer.fetch.pages import Fetcher, Page, Refusal
    from xiaoer.knowledge.importers import Draft, Imported, Note, Skipped

_MARK = 6  # letters of a mark that tells two names apart


class Sources:
    """Reads files in a thread; fetches pages with care (xiaoer.fetch)."""

    def __init__(self, fetcher: "Fetcher | None" = None) -> None:
        self._fetcher = fetcher  # None: one is made for each import

    async def read(self, source: Source, progress: Progress) -> Findings:
        if source.path is None:
            return await self._read_site(source, progress)
        return await anyio.to_thread.run_sync(_read_file, source, progress, abandon_on_cancel=True)

    async def _read_site(self, source: Source, progress: Progress) -> Findings:
        """The page, or the pages of a sitemap. What could not be fetched is among the skipped."""
        from xiaoer.fetch.pages import Fetcher, Page  # noqa: PLC0415 - see above
        from xiaoer.fetch.sitemap import Crawler  # noqa: PLC0415 - see above

        parts = []
        async for got in Crawler(self._fetcher or Fetcher(), progress=progress).crawl(source.name):
            if isinstance(got, Page):
                parts.append(await anyio.to_thread.run_sync(_read_page, got, source, abandon_on_cancel=True))
            else:
                parts.append(Findings(found=(), skipped=(_refused(got),)))
        return _together(parts)


def _read_file(source: Source, progress: Progress) -> Findings:
    from xiaoer.knowledge.importers import Hints, read_source  # noqa: PLC0415 - see above

    hints = Hints(language=source.language, tickets=source.tickets)
    return _findings(read_source(source.path or b"", source.name, hints=hints, progress=progress))


def _read_page(page: "Page", source: Source) -> Findings:
    from xiaoer.knowledge.importers import Hints, read_source  # noqa: PLC0415 - see above

    hints = Hints(language=source.language, charset=page.charset)
    return _findings(read_source(page.body, page.url, hints=hints))


def _refused(refusal: "Refusal") -> Remark:
    from xiaoer.fetch.words import said  # noqa: PLC0415 - see above

    return Remark(refusal.url, Words(said(refusal, Language.ZH), said(refusal, Language.EN)))


def _together(parts: Sequence[Findings]) -> Findings:
    found, twice = _apart([found for part in parts for found in part.found])
    return Findings(
        found=tuple(found),
        skipped=(*(remark for part in parts for remark in part.skipped), *twice),
        notes=tuple(remark for part in parts for remark in part.notes),
    )


def _apart(found: Sequence[Found]) -> tuple[list[Found], tuple[Remark, ...]]:
    """Each text once, and each under a name of its own: two pages called "FAQ" are two articles.

    The first keeps the plain name; the others' come from their addresses, so that they stay the same.
    """
    from xiaoer.knowledge.importers import Skipped, Why  # noqa: PLC0415 - see above

    apart: dict[Name, Found] = {}
    seen: set[tuple[str, str]] = set()
    twice: list[Skipped] = []
    for one in found:
        text = (one.article.title, one.article.body)
        if text in seen:
            twice.append(Skipped(one.source, Why.TWICE, {"title": one.article.title}))
            continue
        seen.add(text)
        name = one.article.name
        if name in apart:
            mark = sha256(one.source.encode()).hexdigest()[:_MARK]
            name = replace(name, slug=f"{name.slug[: LONGEST_SLUG - _MARK - 1].rstrip('-')}-{mark}")
        apart[name] = replace(one, article=replace(one.article, slug=name.slug))
    return list(apart.values()), _remarks(twice)


def _findings(imported: "Imported") -> Findings:
    return Findings(
        found=tuple(Found(_article(draft), draft.source, draft.for_person) for draft in imported.drafts),
        skipped=_remarks(imported.skipped),
        notes=_remarks(imported.notes),
    )


def _article(draft: "Draft") -> Article:
    return Article(
        slug=draft.slug,
        language=draft.language,
        title=draft.title,
        group=draft.group,
        questions=draft.questions,
        body=draft.body,
        updated_at=datetime.now(UTC),  # until it is kept
    )


def _remarks(remarks: "Sequence[Skipped | Note]") -> tuple[Remark, ...]:
    from xiaoer.knowledge.importers import said  # noqa: PLC0415 - see above

    return tuple(Remark(r.where, Words(said(r, Language.ZH), said(r, Language.EN))) for r in remarks)
