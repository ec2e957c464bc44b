"""Versions, answers and reports as JSON, for the command line and the API alike."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from xiaoer.domain.knowledge import Changed, GateReport, Import, ImportReport, Passage, Ref, Remark, Version
from xiaoer.knowledge.hindsight import Answered
from xiaoer.knowledge.sound import Fault

Json = dict[str, Any]
MOST_CHANGED = 200  # answers of one report: a page of them, not a download


def version_json(version: Version, *, now: datetime) -> Json:
    article = version.article
    return {
        "slug": article.slug,
        "language": article.language.value,
        "number": version.number,
        "state": version.state.value,
        "said": version.holds(now),
        "title": article.title,
        "group": article.group,
        "questions": list(article.questions),
        "body": article.body,
        "valid_from": _at(article.valid_from),
        "valid_until": _at(article.valid_until),
        "region": article.region,
        "channel": article.channel,
        "author": version.author,
        "source": version.source,
        "created_at": _at(article.updated_at),
        "published_at": _at(version.published_at),
        "archived_at": _at(version.archived_at),
    }


def answered_json(answered: Answered) -> Json:
    return {
        "moment": _at(answered.moment),
        "knowledge": answered.knowledge,
        "cited": [
            {
                "slug": cited.passage.slug,
                "language": cited.passage.language.value,
                "number": cited.number,
                "title": cited.passage.title,
                "text": cited.passage.text,
                "score": round(cited.passage.score, 3),
            }
            for cited in answered.cited
        ],
    }


def gate_json(report: GateReport) -> Json:
    return {
        "blocked": report.blocked,
        "findings": [
            {
                "rule": finding.rule,
                "blocks": finding.blocks,
                "slug": finding.name.slug if finding.name else None,
                "language": finding.name.language.value if finding.name else None,
                "zh": finding.says.zh,
                "en": finding.says.en,
            }
            for finding in report.findings
        ],
        "replayed": report.replayed,
        "changed": [_changed_json(change) for change in report.changed[:MOST_CHANGED]],
    }


def _changed_json(change: Changed) -> Json:
    return {
        "question": change.question,
        "language": change.language.value,
        "pinned": change.pinned,
        "times": change.times,
        "shift": change.shift.value,
        "before": _said_json(change.before),
        "after": _said_json(change.after),
    }


def _said_json(passage: Passage | None) -> Json | None:
    return {"slug": passage.slug, "text": passage.text} if passage else None


def faults_json(faults: Iterable[Fault]) -> list[Json]:
    return [
        {"field": fault.field, "problem": fault.rule, "zh": fault.says.zh, "en": fault.says.en}
        for fault in faults
    ]


def import_json(this: Import) -> Json:
    return {
        "id": this.id,
        "source": this.source,
        "state": this.state.value,
        "done": this.done,
        "total": this.total,
        "author": this.author,
        "at": _at(this.at),
        "finished_at": _at(this.finished_at),
        "report": _report_json(this.report),
    }


def _report_json(report: ImportReport) -> Json:
    return {
        "drafts": _refs(report.drafts),
        "same": _refs(report.same),
        "to_check": _refs(report.to_check),
        "skipped": _remarks(report.skipped),
        "notes": _remarks(report.notes),
        "published": report.published,
        "gate": gate_json(report.gate) if report.gate else None,
    }


def _refs(refs: Iterable[Ref]) -> list[Json]:
    return [{"slug": r.slug, "language": r.language.value, "number": r.number} for r in refs]


def _remarks(remarks: Iterable[Remark]) -> list[Json]:
    return [{"where": remark.where, "zh": remark.says.zh, "en": remark.says.en} for remark in remarks]


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
