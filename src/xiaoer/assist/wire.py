"""Drafts of articles as JSON, for the command line and the API alike."""

from collections.abc import Callable
from typing import Any

from xiaoer.assist.articles import ArticleDraft, GapDraft
from xiaoer.assist.asking import Ready

Json = dict[str, Any]


def gap_draft_json(made: GapDraft, note: Callable[[Ready], str]) -> Json:
    """`note` says what a state means, to who reads it."""
    return {
        "gap_id": made.gap.id,
        "drafts": [{**_draft_json(draft), "note": note(draft.state)} for draft in made.drafts],
        "sources": [
            {
                "kind": source.kind.value,
                "text": source.text,
                "language": source.language.value,
                "slug": source.slug,
            }
            for source in made.sources
        ],
    }


def _draft_json(draft: ArticleDraft) -> Json:
    return {
        "state": draft.state.value,
        "draft": True,
        "slug": draft.slug,
        "language": draft.language.value,
        "title": draft.title,
        "group": draft.group,
        "questions": list(draft.questions),
        "body": draft.body,
        "sentences": [{"text": one.text, "supported": one.supported} for one in draft.sentences],
        "unsupported": sum(not one.supported for one in draft.sentences),
    }
