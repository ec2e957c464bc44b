"""Reply templates as JSON: the staff API and the command line say the same."""

from datetime import datetime
from typing import Any

from xiaoer.domain.shares import Share
from xiaoer.domain.templates import Finding, Template
from xiaoer.speak.fields import Field
from xiaoer.templates.editor import Kept, Preview
from xiaoer.templates.report import Row


def template_json(template: Template) -> dict[str, Any]:
    way = template.way
    return {
        "id": template.id,
        "intent": way.intent,
        "language": way.language.value,
        "mood": way.mood.value if way.mood else None,
        "variant": way.variant,
        "number": template.number,
        "text": template.text,
        "state": template.state.value,
        "author": template.author,
        "created_at": _moment(template.created_at),
        "published_at": _moment(template.published_at),
        "archived_at": _moment(template.archived_at),
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    says = {"zh": finding.says.zh, "en": finding.says.en}
    return {"rule": finding.rule, "blocks": finding.blocks, "says": says}


def kept_json(kept: Kept) -> dict[str, Any]:
    return {"template": template_json(kept.template), "findings": [finding_json(f) for f in kept.findings]}


def preview_json(preview: Preview) -> dict[str, Any]:
    """`said` is empty if the house's own words would be said; `why` tells why."""
    tried = preview.tried
    return {
        "language": preview.language.value,
        "text": preview.text,
        "order_id": tried.sample.order_id if tried else "",
        "said": tried.text if tried else "",
        "fields": dict(tried.used) if tried else {},
        "missing": list(tried.missing) if tried else [],
        "why": tried.why.value if tried and tried.why else None,
        "findings": [finding_json(finding) for finding in preview.findings],
    }


def field_json(name: str, field: Field) -> dict[str, Any]:
    means = {"zh": field.means.zh, "en": field.means.en}
    return {"name": name, "kind": field.kind.value, "means": means}


def row_json(row: Row) -> dict[str, Any]:
    """Shares are of 1; each with the interval it lies in with 95 %. None: nobody has said anything yet."""
    tally = row.tally
    return {
        "template": template_json(row.template),
        "uses": tally.uses,
        "up": tally.up,
        "down": tally.down,
        "liked": _share(row.liked),
        "handed_off": tally.handed_off,
        "handed_off_share": _share(row.handed_off),
    }


def _share(share: Share | None) -> dict[str, float] | None:
    if share is None:
        return None
    return {"share": round(share.value, 4), "low": round(share.low, 4), "high": round(share.high, 4)}


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
