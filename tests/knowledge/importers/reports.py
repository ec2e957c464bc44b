"""What tests ask of an import."""

from xiaoer.domain.words import Language
from xiaoer.knowledge.importers import Draft, Imported, Note, Skipped, Told, Why, said


def bodies(found: Imported) -> dict[str, str]:
    return {draft.title: draft.body for draft in found.drafts}


def skipped(found: Imported) -> list[tuple[str, Why]]:
    """Every remark can be said in both languages: told here, so that each test sees to it."""
    remarks: tuple[Skipped | Note, ...] = (*found.skipped, *found.notes)
    for remark in remarks:
        for language in Language:
            assert said(remark, language).startswith(f"{remark.where}: ")
    return [(no.where, no.why) for no in found.skipped]


def noted(found: Imported) -> set[Told]:
    return {note.what for note in found.notes}


def only(found: Imported) -> Draft:
    [draft] = found.drafts
    return draft
