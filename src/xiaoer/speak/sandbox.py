"""The merchant's templates, compiled and run: in a sandbox that holds nothing but the fields of a turn.

Two fences, one behind the other: a template is compiled only if every node of its syntax tree is one of those
that may stand in it (template_syntax.py); then it runs in jinja's sandbox, without globals or loops.
"""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any, TypeAlias

from jinja2 import StrictUndefined, Template, TemplateRuntimeError, TemplateSyntaxError, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from typing_extensions import override

from xiaoer.domain.facts import Fact
from xiaoer.domain.templates import Finding
from xiaoer.domain.words import Words
from xiaoer.speak.fields import FIELDS
from xiaoer.speak.render import Renderer
from xiaoer.speak.template_syntax import MOST_DEEP, Syntax, look
from xiaoer.speak.template_text import LONGEST_SAID, Said, Written

_FIELD, _CONDITION = "{{ order.id }}", "{% if order.problem %} … {% endif %}"


def compiled(text: str, known: Collection[str]) -> Written | tuple[Finding, ...]:
    """The template a text is, or what keeps it from being one."""
    try:
        tree = _SANDBOX.parse(text)
    except TemplateSyntaxError as error:
        return (_not_a_template(error),)
    except RecursionError:
        return (MOST_DEEP,)
    found = look(tree, known)
    if not isinstance(found, Syntax):
        return found
    run = partial(_said, _SANDBOX.from_string(tree), found)
    return Written(found.fields, found.needs, found.numbers, run)


def _not_a_template(error: TemplateSyntaxError) -> Finding:
    line, why = error.lineno, (error.message or "").splitlines()[:1]
    told = why[0][:200] if why else ""
    zh = f"第 {line} 行的括号或写法不对（{told}）。字段写成 {_FIELD}，条件写成 {_CONDITION}。"
    en = f"Line {line} is not written right ({told}). A field is {_FIELD}, a condition {_CONDITION}."
    return Finding("syntax", Words(zh, en), blocks=True)


def _said(template: Template, own: Syntax, values: Mapping[str, Fact], renderer: Renderer) -> Said | None:
    heard = _Heard(renderer)
    try:
        text = _bounded(template, _tree(values, heard))
    except TemplateRuntimeError:  # a field in a branch that was taken is not there
        return None
    return Said(text, heard.used, (*own.numbers, *heard.values), own.words) if text else None


def _bounded(template: Template, tree: Mapping[str, object]) -> str:
    pieces, length = list[str](), 0
    for piece in template.generate(tree):
        length += len(piece)
        if length > LONGEST_SAID:
            return ""
        pieces.append(piece)
    return "".join(pieces).strip()


# --- what a template sees --------------------------------------------------------------------------


class _Heard:
    """Writes values for one customer, and keeps what was written."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        self.used: dict[str, str] = {}
        self.values: list[str] = []

    def write(self, name: str, fact: Fact, spec: str) -> str:
        text = self.renderer.fact(fact, spec)
        self.used[name] = text
        self.values.append(text)
        return text


class _Live:
    """One field while a template runs."""

    __slots__ = ("_fact", "_heard", "_name")

    def __init__(self, name: str, fact: Fact, heard: _Heard) -> None:
        self._name, self._fact, self._heard = name, fact, heard

    @override
    def __str__(self) -> str:
        return self.written(FIELDS[self._name].spec)

    def written(self, spec: str) -> str:
        return self._heard.write(self._name, self._fact, spec)

    def joined(self, between: str) -> str:
        parts = self._fact if isinstance(self._fact, tuple) else (self._fact,)
        text = between.join(self._heard.write(self._name, part, "") for part in parts)
        self._heard.used[self._name] = text
        return text


class _Missing(StrictUndefined):
    """A field that is not there: no for an answer in an if, and an error anywhere else."""

    __slots__ = ()

    @override
    def __bool__(self) -> bool:  # type: ignore[override] # there it never returns
        return False


def _tree(values: Mapping[str, Fact], heard: _Heard) -> dict[str, object]:
    """order.parcel.eta as objects in objects. Every group is there, be it empty."""
    top: dict[str, Any] = {}
    for name in FIELDS:
        first, *rest = name.split(".")
        place = top.setdefault(first, SimpleNamespace())
        for part in rest[:-1]:
            if not hasattr(place, part):
                setattr(place, part, SimpleNamespace())
            place = getattr(place, part)
        if name in values:
            setattr(place, rest[-1], _Live(name, values[name], heard))
    return top


# --- filters: their names and what they take stand in template_syntax.py ------------------------------

_Value: TypeAlias = _Live | Undefined | str


def _spec(spec: str) -> Callable[[_Value], str]:
    def write(value: _Value) -> str:
        return value if isinstance(value, str) else str(value.written(spec))

    return write


def _title(value: _Value) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in str(value).split(" "))


def _default(value: _Value, otherwise: str) -> _Value:
    return otherwise if isinstance(value, Undefined) else value


def _join(value: _Value, between: str) -> str:
    return value if isinstance(value, str) else str(value.joined(between))


def _sandbox() -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        undefined=_Missing,
        autoescape=False,  # a reply is plain text, and no client reads it as markup
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=0,
    )
    made.globals.clear()
    made.tests.clear()
    made.filters.clear()
    made.filters.update(
        money=_spec(""),
        day=_spec("day"),
        time=_spec("time"),
        upper=lambda value: str(value).upper(),
        lower=lambda value: str(value).lower(),
        title=_title,
        default=_default,
        join=_join,
    )
    return made


_SANDBOX = _sandbox()
