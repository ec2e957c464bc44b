"""Every table. Each says of its rows, and of each column, what privacy needs to know (notes.py)."""

from xiaoer.store.tables.care import photos, restock_wishes, tickets
from xiaoer.store.tables.common import EFFECT, FOREVER, HALF_A_YEAR, TALK, TRY, metadata
from xiaoer.store.tables.jobs import jobs, promises
from xiaoer.store.tables.knowledge import article_versions, imports, reply_templates, template_uses
from xiaoer.store.tables.learning import asked, corrections, models, pinned_questions
from xiaoer.store.tables.llm import llm_calls, llm_switches, llm_trials
from xiaoer.store.tables.policy import policies
from xiaoer.store.tables.talk import (
    conversations,
    feedback,
    handoffs,
    intents,
    messages,
    proofs,
    tries,
    turns,
)

__all__ = [
    "EFFECT",
    "FOREVER",
    "HALF_A_YEAR",
    "TALK",
    "TRY",
    "article_versions",
    "asked",
    "conversations",
    "corrections",
    "feedback",
    "handoffs",
    "imports",
    "intents",
    "jobs",
    "llm_calls",
    "llm_switches",
    "llm_trials",
    "messages",
    "metadata",
    "models",
    "photos",
    "pinned_questions",
    "policies",
    "promises",
    "proofs",
    "reply_templates",
    "template_uses",
    "restock_wishes",
    "tickets",
    "tries",
    "turns",
]
