"""What the template commands print, in both languages."""

import json
from collections.abc import Mapping, Sequence

from rich.markup import escape
from rich.table import Table

from xiaoer.cli.shared import Stop, out
from xiaoer.domain.shares import Share
from xiaoer.domain.templates import Finding, Template, TemplateState
from xiaoer.speak.fields import Field
from xiaoer.templates.editor import Declined, Kept, No, Preview, Refused
from xiaoer.templates.report import Row
from xiaoer.templates.trial import Why

_STATES = {
    TemplateState.DRAFT: "草稿 draft",
    TemplateState.PUBLISHED: "已发布 published",
    TemplateState.ARCHIVED: "已下架 archived",
}
_NO = {
    No.NO_TEMPLATE: "没有这个模板 / there is no such template",
    No.NOT_A_DRAFT: "不是草稿：用 xiaoer templates rollback / is no draft: xiaoer templates rollback",
    No.NOTHING_TO_ARCHIVE: "已经下架了 / is archived already",
    No.ALREADY_SAID: "正在使用的就是这一版 / is the one that is said",
    No.NOTHING_TO_TRY_ON: (
        "没有可以试的：店里没有这个订单或顾客，或者没有这种状态的订单，请换一个\n"
        "Nothing to try it on: no such order or customer, or none in that state; name another"
    ),
}
_WHY = {
    Why.REFUSED: "这个订单查不到要说的内容，由小二说明原因 / the look-up is refused; the house says why",
    Why.PROBLEM: "这个订单出了问题，模板没有用 order.problem 或 refund.problem，由小二来说 / "
    "something went wrong with it, and the template names no problem field: the house speaks",
    Why.MISSING: "缺少字段，由小二自己的话来说 / a field is missing: the house speaks",
}


def as_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def listed(templates: Sequence[Template]) -> None:
    table = Table("id", "intent", "lang", "mood", "variant", "no.", "state", "text", "author")
    for one in templates:
        way = one.way
        mood = way.mood.value if way.mood else "any"
        text = " ".join(one.text.split())
        cells = (one.id[:8], way.intent, way.language.value, mood, way.variant, str(one.number))
        table.add_row(*map(escape, (*cells, _STATES[one.state], text[:60], one.author)))
    out.print(table)


def whole(template: Template, history: Sequence[Template]) -> None:
    listed(history)
    plain(f"\n#{template.number} {template.id}\n{template.text}")


def kept(done: Kept) -> None:
    one = done.template
    findings(done.findings)
    plain(f"{_STATES[one.state]}: {one.id} ({one.way.intent} {one.way.language.value} #{one.number})")


def findings(found: Sequence[Finding]) -> None:
    for finding in found:
        mark = "✗" if finding.blocks else "!"
        plain(f"{mark} {finding.says.zh}\n  {finding.says.en}")


def previews(found: Sequence[Preview]) -> None:
    for one in found:
        tried = one.tried
        plain(f"── {one.language.value} {tried.sample.order_id if tried else ''}".rstrip())
        findings(one.findings)
        if tried is None:
            continue
        plain(tried.text if tried.text else _WHY[tried.why or Why.MISSING])
        for name, value in tried.used.items():
            plain(f"   {name} = {value}")
        if tried.missing:
            plain(f"   没有 / not there: {', '.join(tried.missing)}")


def fields(found: Mapping[str, Field]) -> None:
    table = Table("field", "kind", "意思", "meaning")
    for name, one in found.items():
        table.add_row(name, one.kind.value, one.means.zh, one.means.en)
    out.print(table)


def report(rows: Sequence[Row]) -> None:
    table = Table("id", "intent", "lang", "mood", "variant", "no.", "uses", "+", "-", "liked", "to a person")
    for row in rows:
        way, tally = row.template.way, row.tally
        cells = [row.template.id[:8], way.intent, way.language.value, way.mood.value if way.mood else "any"]
        cells += [way.variant, str(row.template.number), str(tally.uses), str(tally.up), str(tally.down)]
        table.add_row(*map(escape, cells), _share(row.liked), _share(row.handed_off))
    out.print(table)


def refusal(no: Refused | Declined) -> Stop:
    if isinstance(no, Declined):
        return Stop(_NO[no.why])
    lines = [f"{'✗' if f.blocks else '!'} {f.says.zh}\n  {f.says.en}" for f in no.findings]
    return Stop("模板没有通过检查 / The template was not accepted:\n" + "\n".join(lines))


def plain(text: str) -> None:
    out.print(text, markup=False, highlight=False, soft_wrap=True)


def _share(share: Share | None) -> str:
    return f"{share.value:.0%} ({share.low:.0%}–{share.high:.0%})" if share else "-"
