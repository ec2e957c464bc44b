"""Where imports come from: files here, pages elsewhere."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio.to_thread

from xiaoer.domain.knowledge import Article, Remark
from xiaoer.domain.words import Language, Words
from xiaoer.knowledge.importing import Source
from xiaoer.knowledge.intake import Findings, Found, Progress

if TYPE_CHECKING:  # readers of PDF, Word and Excel are loaded by the first import, not by every start
    from xiaoer.fetch.pages import Page, Refusal
    from xiaoer.knowledge.importers import Draft, Imported, Note, Skipped


class Sources:
    """Reads files in a thread; fetches pages with care (xiaoer.fetch)."""

    async def read(self, source: Source, progress: Progress) -> Findings:
        if source.path is None:
            return await _read_site(source, progress)
        return await anyio.to_thread.run_sync(_read_file, source, progress, abandon_on_cancel=True)


def _read_file(source: Source, progress: Progress) -> Findings:
    from xiaoer.knowledge.importers import Hints, read_source  # noqa: PLC0415 - see above

    hints = Hints(language=source.language, tickets=source.tickets)
    return _findings(read_source(source.path or b"", source.name, hints=hints, progress=progress))


async def _read_site(source: Source, progress: Progress) -> Findings:
    """The page, or the pages of a sitemap. What could not be fetched is among the skipped."""
    from xiaoer.fetch.pages import Fetcher, Page  # noqa: PLC0415 - see above
    from xiaoer.fetch.sitemap import Crawler  # noqa: PLC0415 - see above

    parts = []
    async for got in Crawler(Fetcher(), progress=progress).crawl(source.name):
        if isinstance(got, Page):
            parts.append(await anyio.to_thread.run_sync(_read_page, got, source, abandon_on_cancel=True))
        else:
            parts.append(Findings(found=(), skipped=(_refused(got),)))
    return _together(parts)


def _read_page(page: "Page", source: Source) -> Findings:
    from xiaoer.knowledge.importers import Hints, read_source  # noqa: PLC0415 - see above

    hints = Hints(language=source.language, charset=page.charset)
    return _findings(read_source(page.body, page.url, hints=hints))


def _refused(refusal: "Refusal") -> Remark:
    from xiaoer.fetch.words import said  # noqa: PLC0415 - see above

    return Remark(refusal.url, Words(said(refusal, Language.ZH), said(refusal, Language.EN)))


def _together(parts: Sequence[Findings]) -> Findings:
    return Findings(
        found=tuple(found for part in parts for found in part.found),
        skipped=tuple(remark for part in parts for remark in part.skipped),
        notes=tuple(remark for part in parts for remark in part.notes),
    )


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
