"""What may stand in a reply template: text, fields, a few filters, if. Everything else is refused by name."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from jinja2 import nodes
from rapidfuzz import fuzz, process

from xiaoer.domain.templates import Finding
from xiaoer.domain.words import Words
from xiaoer.speak.fields import FIELDS, Kind
from xiaoer.speak.render import GAP
from xiaoer.speak.template_text import control

DEEPEST = 4  # ifs in ifs
MOST_FILTERS = 4  # on one field
MOST_TESTED = 8  # fields in one condition
MOST_FOUND = 10  # things said to be wrong at once
_NEAR = 70  # likeness of a name from which it is suggested
_BRACES = frozenset("{}｛｝")

# Each filter: which kinds of field it takes, and how many texts. Afterwards a value is text.
_ANY = frozenset(Kind)
FILTERS: Mapping[str, tuple[frozenset[Kind], tuple[int, ...]]] = {
    "money": (frozenset({Kind.MONEY}), (0,)),
    "day": (frozenset({Kind.MOMENT}), (0,)),
    "time": (frozenset({Kind.MOMENT}), (0,)),
    "upper": (_ANY, (0,)),
    "lower": (_ANY, (0,)),
    "title": (_ANY, (0,)),
    "default": (_ANY, (1,)),
    "join": (frozenset({Kind.LIST}), (1,)),
}


@dataclass(frozen=True, slots=True)
class Syntax:
    """What an allowed template is made of."""

    fields: frozenset[str]
    needs: frozenset[str]  # those said whatever the conditions, and without a default
    numbers: tuple[str, ...]
    words: str  # its own text, a gap between the pieces


@dataclass(slots=True)
class _Seen:
    known: Collection[str]
    fields: set[str] = field(default_factory=set)
    needs: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)


def _no(rule: str, zh: str, en: str) -> Finding:
    return Finding(rule, Words(zh, en), blocks=True)


MOST_DEEP = _no(
    "too_deep",
    f"括号或条件套得太深，条件里最多再套 {DEEPEST} 层。",
    f"Brackets or conditions stand too deep in each other; at most {DEEPEST} ifs may.",
)


def look(tree: nodes.Template, known: Collection[str]) -> Syntax | tuple[Finding, ...]:
    """Every node of it is looked at: those that are allowed are named, and no others pass."""
    seen = _Seen(known)
    if wrong := tuple(dict.fromkeys(_body(tree.body, seen, depth=0)))[:MOST_FOUND]:
        return wrong
    numbers = tuple(text for text in seen.texts if any(c.isdecimal() for c in text))
    return Syntax(frozenset(seen.fields), frozenset(seen.needs), numbers, GAP.join(seen.texts))


def _body(body: Sequence[nodes.Node], seen: _Seen, *, depth: int) -> Iterator[Finding]:
    for node in body:
        if isinstance(node, nodes.Output):
            for piece in node.nodes:
                yield from (
                    _text(piece, seen)
                    if isinstance(piece, nodes.TemplateData)
                    else _shown(piece, seen, depth)
                )
        elif isinstance(node, nodes.If):
            yield from _if(node, seen, depth + 1)
        else:
            yield _not_allowed(node)


def _if(node: nodes.If, seen: _Seen, depth: int) -> Iterator[Finding]:
    if depth > DEEPEST:
        yield MOST_DEEP
        return
    for branch in (node, *node.elif_):
        yield from _condition(branch.test, seen)
        yield from _body(branch.body, seen, depth=depth)
    yield from _body(node.else_, seen, depth=depth)


def _condition(test: nodes.Node, seen: _Seen) -> Iterator[Finding]:
    """Whether fields are there: their names with not, and, or between them."""
    waiting, tested = [test], 0
    while waiting and tested <= MOST_TESTED:
        node = waiting.pop()
        if isinstance(node, nodes.And | nodes.Or):
            waiting += [node.left, node.right]
        elif isinstance(node, nodes.Not):
            waiting.append(node.node)
        else:
            yield from _named(node, seen)
        tested += 1
    if waiting:
        yield _no("condition", "条件太长，请拆开写。", "The condition is too long; write several.")


def _text(piece: nodes.TemplateData, seen: _Seen) -> Iterator[Finding]:
    seen.texts.append(piece.data)
    if hidden := control(piece.data):  # written as an escape in the text of a filter
        yield hidden
    if stray := _BRACES & set(piece.data):
        one, field_ = sorted(stray)[0], "{{ order.id }}"
        zh = f"第 {piece.lineno} 行有单独的“{one}”。字段要用两对半角花括号：{field_}。"
        en = f"Line {piece.lineno} has a {one} of its own. A field takes two on each side: {field_}."
        yield _no("brackets", zh, en)


def _shown(node: nodes.Node, seen: _Seen, depth: int) -> Iterator[Finding]:
    """{{ field|filter|filter }}"""
    filters: list[nodes.Filter] = []
    while isinstance(node, nodes.Filter) and node.node is not None:
        filters.append(node)
        node = node.node
    wrong = [*_named(node, seen)]
    if len(filters) > MOST_FILTERS:
        wrong.append(
            _no(
                "filter",
                f"一个字段最多用 {MOST_FILTERS} 个过滤器。",
                f"At most {MOST_FILTERS} filters on a field.",
            )
        )
    yield from wrong
    name = _path(node)
    if wrong or name is None:
        return
    yield from _filtered(FIELDS[name].kind, reversed(filters), seen)
    if depth == 0 and not any(one.name == "default" for one in filters):
        seen.needs.add(name)


def _filtered(kind: Kind, filters: Iterator[nodes.Filter], seen: _Seen) -> Iterator[Finding]:
    for one in filters:
        if one.name not in FILTERS:
            yield _unknown_filter(one.name)
            return
        takes, counts = FILTERS[one.name]
        texts = [arg.value for arg in one.args if isinstance(arg, nodes.Const) and isinstance(arg.value, str)]
        more = one.kwargs or one.dyn_args or one.dyn_kwargs or len(texts) < len(one.args)
        if kind not in takes or more or len(texts) not in counts:
            yield _wrong_filter(one.name, kind)
            return
        for text in texts:
            yield from _text(nodes.TemplateData(text, lineno=one.lineno), seen)
        kind = kind if one.name == "default" else Kind.TEXT


def _named(node: nodes.Node, seen: _Seen) -> Iterator[Finding]:
    name = _path(node)
    if name is None:
        yield _not_allowed(node)
    elif name not in FIELDS:
        yield _unknown(name, seen.known)
    elif name not in seen.known:
        yield _no(
            "not_known",
            f"{name} 在顾客问这件事时还不知道，不能用在这里。能用的有：{_few(seen.known)}。",
            f"{name} is not known when this is asked. What is: {_few(seen.known)}.",
        )
    else:
        seen.fields.add(name)


def _path(node: nodes.Node) -> str | None:
    """order.parcel.eta, if that is all it is."""
    parts: list[str] = []
    while isinstance(node, nodes.Getattr):
        parts.append(node.attr)
        node = node.node
    return ".".join([node.name, *reversed(parts)]) if isinstance(node, nodes.Name) else None


def _unknown(name: str, known: Collection[str]) -> Finding:
    shown = name[:60]
    near = process.extractOne(name, sorted(known), scorer=fuzz.WRatio, score_cutoff=_NEAR)
    if near is not None:
        zh, en = (
            f"没有 {shown} 这个字段，是不是 {near[0]}？",
            f"There is no field {shown}. Did you mean {near[0]}?",
        )
        return _no("unknown_field", zh, en)
    few = _few(known)
    zh, en = f"没有 {shown} 这个字段。能用的有：{few}。", f"There is no field {shown}. There are: {few}."
    return _no("unknown_field", zh, en)


def _few(known: Collection[str]) -> str:
    return ", ".join(sorted(known)) or "-"


def _unknown_filter(name: str) -> Finding:
    shown, all_ = name[:40], ", ".join(FILTERS)
    zh, en = f"没有 {shown} 这个过滤器。能用的有：{all_}。", f"There is no filter {shown}. There are: {all_}."
    return _no("filter", zh, en)


_USES = {
    "money": Words(
        "金额，不带参数：{{ order.total|money }}", "amounts, without more: {{ order.total|money }}"
    ),
    "day": Words(
        "日期，不带参数：{{ order.placed_at|day }}", "moments, without more: {{ order.placed_at|day }}"
    ),
    "time": Words(
        "日期，不带参数：{{ order.placed_at|time }}", "moments, without more: {{ order.placed_at|time }}"
    ),
    "join": Words(
        "商品名称，带一个分隔符：{{ order.items|join('、') }}",
        "lists, with a text: {{ order.items|join(', ') }}",
    ),
    "default": Words(
        "任何字段，带一段文字：{{ customer.first_name|default('您') }}",
        "any field, with a text: {{ customer.first_name|default('there') }}",
    ),
}


def _wrong_filter(name: str, kind: Kind) -> Finding:
    use = _USES.get(name, Words("任何字段，不带参数", "any field, without more"))
    return _no("filter", f"过滤器 {name} 用于{use.zh}。", f"The filter {name} is for {use.en}.")


def _not_allowed(node: nodes.Node) -> Finding:
    kind = type(node).__name__.lower()
    return _no(
        "not_allowed",
        f"第 {node.lineno} 行：模板里只能写文字、字段、过滤器和 if，不能用 {kind}。",
        f"Line {node.lineno}: a template holds text, fields, filters and if, and no {kind}.",
    )
