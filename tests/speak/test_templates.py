"""Reply templates: what may stand in one, what it says, and that nothing else ever runs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.domain.facts import Fact
from xiaoer.domain.intents import ToAction, ToArticle, ToSaying
from xiaoer.domain.money import Money
from xiaoer.domain.templates import Finding
from xiaoer.domain.words import Language, Words
from xiaoer.speak.fields import FIELDS, Kind, known_for
from xiaoer.speak.formats import Calendar
from xiaoer.speak.render import Renderer
from xiaoer.speak.template_syntax import FILTERS
from xiaoer.speak.template_text import LONGEST, LONGEST_SAID, Said, Written
from xiaoer.speak.templates import read

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
ORDER = known_for(ToAction("track_parcel"))
VALUES: dict[str, Fact] = {
    "shop.name": Words("山月集", "Moonhill"),
    "policy.return_days": 15,
    "order.id": "M24028424",
    "order.state": "运输中",
    "order.total": Money(129900, "CNY"),
    "order.items": (Words("跑鞋", "running shoes"), Words("短袜", "ankle socks")),
    "order.placed_at": NOW - timedelta(days=3),
    "order.parcel.carrier": Words("顺丰速运", "SF Express"),
    "order.parcel.eta": NOW + timedelta(days=1),
}


def renderer(language: Language = Language.ZH, zone: str = "Asia/Shanghai") -> Renderer:
    return Renderer(Calendar(language, zone, NOW), seed="t1")


def written(text: str) -> Written:
    found = read(text, ORDER)
    assert isinstance(found, Written), found
    return found


def said(text: str, language: Language = Language.ZH, **more: Fact) -> str | None:
    result = written(text).say({**VALUES, **more}, renderer(language))
    return result.text if result else None


def refused(text: str, known: Any = ORDER) -> Finding:
    found = read(text, known)
    assert isinstance(found, tuple), f"{text!r} was let through"
    assert all(finding.blocks and "\n" not in finding.says.zh + finding.says.en for finding in found)
    return found[0]


# --- what is said ----------------------------------------------------------------------------------


def test_fields_read_as_customers_of_each_language_write_them() -> None:
    fields = ["id", "items", "total", "parcel.carrier", "parcel.eta"]
    text = "{{ order.id }}: " + ", ".join(f"{{{{ order.{field} }}}}" for field in fields[1:])
    assert said(text) == "M24028424: 跑鞋、短袜, ¥1,299.00, 顺丰速运, 明天（11月25日 周三）"
    english = "M24028424: running shoes, ankle socks, ¥1,299.00, SF Express, tomorrow (Wed 25 Nov)"
    assert said(text, Language.EN) == english


def test_moments_are_told_in_the_customers_zone() -> None:
    eta: dict[str, Fact] = {"order.parcel.eta": datetime(2026, 11, 26, 17, 0, tzinfo=UTC)}
    one = written("{{ order.parcel.eta|time }}")
    told = [one.say(eta, renderer(Language.EN, zone)) for zone in ("Asia/Shanghai", "Europe/London")]
    assert [result.text if result else None for result in told] == ["27 Nov, 01:00", "26 Nov, 17:00"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ order.parcel.eta|day }}", "明天（11月25日 周三）"),
        ("{{ order.total|money }}", "¥1,299.00"),
        ("{{ order.items|join(' + ') }}", "跑鞋 + 短袜"),
        ("{{ order.id|lower }}", "m24028424"),
        ("{{ order.id|lower|upper }}", "M24028424"),
        ("{{ customer.first_name|default('您') }}好", "您好"),
        ("{{ order.delivered_at|default('还没')|day }}", "还没"),
        ("{% if order.problem %}抱歉{% else %}顺利{% endif %}", "顺利"),
        ("{% if not order.problem and order.id %}顺利{% endif %}", "顺利"),
        ("{% if order.problem or order.delivered_at %}a{% elif order.id %}b{% endif %}", "b"),
        ("{# for colleagues #}好的", "好的"),
    ],
)
def test_what_a_template_may_do(text: str, told: str) -> None:
    assert said(text) == told


def test_a_title_begins_each_word_with_a_capital() -> None:
    assert said("{{ order.items|title }}", Language.EN) == "Running Shoes, Ankle Socks"


@pytest.mark.parametrize(
    "text",
    [
        "预计{{ order.delivered_at }}",
        "{{ customer.first_name|upper }}",
        "{% if order.id %}{{ order.delivered_at }}{% endif %}",
        "{% if order.problem %}抱歉{% endif %}",  # nothing to say is nothing said
    ],
)
def test_what_is_not_there_is_never_a_hole(text: str) -> None:
    assert said(text) is None


def test_a_field_is_needed_where_it_is_always_said() -> None:
    one = written(
        "{{ order.id }}{{ order.state|default('-') }}{% if order.problem %}{{ order.problem }}{% endif %}"
    )
    assert one.needs == {"order.id"}
    assert one.fields == {"order.id", "order.state", "order.problem"}


def test_what_was_filled_in_and_what_the_merchant_wrote_is_the_receipt() -> None:
    one = written("48 小时内发出：{{ order.id }}，{{ order.items|join('；') }}，谢谢。")
    result = one.say(VALUES, renderer())
    assert result == Said(
        text="48 小时内发出：M24028424，跑鞋；短袜，谢谢。",
        used={"order.id": "M24028424", "order.items": "跑鞋；短袜"},
        values=("48 小时内发出：", "M24028424", "跑鞋", "短袜"),
    )


@given(st.text(max_size=60))
def test_facts_are_never_read_as_a_template(words: str) -> None:
    """A customer's or a carrier's words are words: braces in them fill nothing."""
    fact = "x" + words + "{{ order.id }}{% if 1 %}"
    one = written("{{ order.parcel.last_event }}")
    result = one.say({"order.parcel.last_event": fact}, renderer())
    assert result is not None
    assert result.text == fact.strip()


def test_too_long_a_reply_is_not_said() -> None:
    one = written("{{ order.parcel.last_event }}" * 9)
    longest: Fact = "长" * (LONGEST_SAID // 9)
    assert one.say({"order.parcel.last_event": longest}, renderer()) is not None
    assert one.say({"order.parcel.last_event": "长" * 500}, renderer()) is None


# --- what is refused -------------------------------------------------------------------------------

ESCAPES = [
    "{{ ().__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ order.__class__ }}",
    "{{ order.id.__class__.__init__.__globals__ }}",
    "{{ order.id._fact }}",
    "{{ order.id.written('day') }}",
    "{{ order['id'] }}",
    "{{ order|attr('id') }}",
    "{{ order.id|attr('__class__') }}",
    "{{ order.id|map(attribute='__class__')|list }}",
    "{{ self.__init__.__globals__.__builtins__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner.__init__.__globals__.os }}",
    "{{ namespace.__init__ }}",
    "{{ lipsum.__globals__ }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ config }}",
    "{{ request.application }}",
    "{{ range(1000000000) }}",
    "{{ dict(a=1) }}",
    "{{ order.id.upper() }}",
    "{{ 'a' * 1000000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ 'x'.join(order.items) }}",
    "{{ order.id ~ order.id }}",
    "{{ order.id + order.id }}",
    "{{ '%s' | format(order.id) }}",
    "{{ '{0.__class__}'.format(order.id) }}",
    "{{ order.id|format }}",
    "{{ order.id % order.id }}",
    "{{ order.items[0] }}",
    "{{ order.items[:1] }}",
    "{{ order.items|first }}",
    "{{ order.items|batch(9)|list }}",
    "{{ order.id|safe }}",
    "{{ order.id|string|list|tojson }}",
    "{{ [order.id] }}",
    "{{ (order.id, order.state) }}",
    "{{ {'a': order.id} }}",
    "{{ order.id if order.id else order.state }}",
    "{{ order.id == order.state }}",
    "{{ order.id is defined }}",
    "{{ order.id in order.items }}",
    "{{ not order.id }}",
    "{{ 'text' }}",
    "{{ 1 }}",
    "{{ true }}",
    "{{ none }}",
    "{{ caller() }}",
    "{{ varargs }}",
    "{{ loop.index }}",
    "{{ super() }}",
    "{{ _ }}",
    "{% for x in order.items %}{{ x }}{% endfor %}",
    "{% for x in range(10 ** 9) %}x{% endfor %}",
    "{% set x = order.id %}",
    "{% set x %}y{% endset %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% call m() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% from 'x' import y %}",
    "{% extends 'x' %}",
    "{% block x %}{% endblock %}",
    "{% with x = 1 %}{% endwith %}",
    "{% autoescape true %}{% endautoescape %}",
    "{% do order %}",
    "{% debug %}",
    "{% if order.id == '1' %}x{% endif %}",
    "{% if order.id.__class__ %}x{% endif %}",
    "{% if range(9) %}x{% endif %}",
    "{% if 1 %}x{% endif %}",
    "{{ order.id|default }}",
    "{{ order.id|default(order.state) }}",
    "{{ order.id|default('x', true) }}",
    "{{ order.id|default(default_value='x') }}",
    "{{ order.id|default(*order.items) }}",
    "{{ order.id|default(**order) }}",
    "{{ order.id|default('x' ~ 'y') }}",
    "{{ order.items|join }}",
    "{{ order.items|join(order.id) }}",
    "{{ order.id|upper('x') }}",
    "{{ order.id|day }}",
    "{{ order.items|money }}",
    "{{ order.total|time }}",
    "{{ order.id|join('x') }}",
    "{{ order.parcel.eta|day|time }}",
    "{{ order.parcel.eta|day|money }}",
    "{{ order.id" + "|upper" * 9 + " }}",
    "{{ order.id|default('{{ order.state }}') }}",
    "{{ order.id|default('\\x00') }}",
    "{{ order.id|default('\\ud800') }}",
    "{{ order }}",
    "{{ order.parcel }}",
    "{% if order %}x{% endif %}",
    "{% raw %}{{ order.id }}{% endraw %}",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_no_way_out_of_the_sandbox(text: str) -> None:
    refused("您好 " + text)


@pytest.mark.parametrize(
    "text",
    [
        "{{ " + "(" * 900 + "order.id" + ")" * 900 + " }}",
        "{{ " + "[" * 900,
        "{{ " + "not " * 450 + "order.id }}",
        "{{ " + "-" * 1900 + "1 }}",
        "{{ order" + ".a" * 950 + " }}",
        "{{ order.id" + "|lower" * 300 + " }}",
        "{% if " + "not " * 450 + "order.id %}x{% endif %}",
        "{% if " + "(" * 900 + "order.id" + ")" * 900 + " %}x{% endif %}",
        "{% if " + "order.id and " * 140 + "order.id %}x{% endif %}",
        "{% if order.id %}" * 50 + "x" + "{% endif %}" * 50,
        "{% if order.id %}" * 5 + "x" + "{% endif %}" * 5,
        "x" * (LONGEST + 1),
    ],
)
def test_what_is_too_deep_or_too_long_is_refused(text: str) -> None:
    refused(text)


@pytest.mark.parametrize(
    ("text", "rule", "hint"),
    [
        ("", "empty", "empty"),
        (" \n ", "empty", "empty"),
        ("{{ order.parcel.etaa }}", "unknown_field", "Did you mean order.parcel.eta?"),
        ("{{ order_id }}", "unknown_field", "Did you mean order.id?"),
        ("{{ parcel.eta }}", "unknown_field", "Did you mean order.parcel.eta?"),
        ("{{ weather }}", "unknown_field", "There are: customer.first_name, order"),
        ("{ order.id }", "brackets", "{{ order.id }}"),
        ("{order.id}", "brackets", "{{ order.id }}"),
        ("{{ order.id }", "syntax", "Line 1"),
        ("好\n{{ order.id", "syntax", "Line 2"),
        ("{{ order.id }}}", "brackets", "on each side"),
        ("｛｛ order.id ｝｝", "brackets", "on each side"),
        ("{% if order.id %}x", "syntax", "{% endif %}"),
        ("{% endif %}", "syntax", "Line 1"),
        ("{{ }}", "syntax", "Line 1"),
        ("{{ order.id|capitalise }}", "filter", "There are: money, day"),
        ("{{ order.id|day }}", "filter", "moments"),
        ("{{ refund.amount }}", "not_known", "What is:"),
        ("好\x07", "control", "control characters"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_what_to_do(text: str, rule: str, hint: str) -> None:
    finding = refused(text)
    assert finding.rule == rule
    assert hint in finding.says.en


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = read("{{ order.idd }} {{ order.total|day }} {% for x in y %}{% endfor %}", ORDER)
    assert isinstance(found, tuple)
    assert [finding.rule for finding in found] == ["unknown_field", "filter", "not_allowed"]
    many = read(" ".join(f"{{{{ order.x{n} }}}}" for n in range(60)), ORDER)
    assert isinstance(many, tuple)
    assert len(many) == 10


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_a_field_is_known_where_something_tells_it_and_nowhere_else(name: str) -> None:
    text = f"{{{{ {name} }}}}"
    group = name.partition(".")[0]
    assert isinstance(read(text, known_for(ToAction("refund_status"))), Written) == (
        group in ("shop", "policy", "customer", "refund") or name == "order.id"
    )
    assert isinstance(read(text, known_for(ToAction("look_up_order"))), Written) == (
        group in ("shop", "policy", "customer", "order")
    )
    assert isinstance(read(text, known_for(ToArticle("x"))), Written) == (
        group in ("shop", "policy", "customer", "article")
    )
    assert isinstance(read(text, known_for(ToSaying("x"))), Written) == (
        group in ("shop", "policy", "customer")
    )


# --- whatever is written ---------------------------------------------------------------------------

NAMES = [*FIELDS, "order", "order.parcel", "x", "order.id.__class__", "range", "self", "().__class__"]
PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["{{", "}}", "{%", "%}", "{#", "#}", "{", "}", "|", "(", ")", "'", '"', ".", "\\", "-"]),
    st.sampled_from(
        ["if ", "else", "elif ", "endif", "for x in ", "set x = ", "not ", " and ", "raw", "endraw"]
    ),
    st.sampled_from(NAMES),
    st.sampled_from([*FILTERS, "attr", "format", "map"]),
    st.builds("{{{{ {}|{} }}}}".format, st.sampled_from(NAMES), st.sampled_from([*FILTERS, "default('x')"])),
    st.builds("{{{{ {} }}}}".format, st.sampled_from(NAMES)),
    st.builds(
        "{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format, st.sampled_from(NAMES), st.text(), st.text()
    ),
)
FACTS: dict[Kind, st.SearchStrategy[Fact]] = {
    Kind.TEXT: st.text(max_size=300),
    Kind.MONEY: st.builds(Money, st.integers(0, 10**9), st.just("CNY")),
    Kind.MOMENT: st.integers(-(10**9), 10**9).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    Kind.LIST: st.lists(st.text(max_size=40), max_size=6).map(tuple),
}
ANY_VALUES = st.fixed_dictionaries({}, optional={name: FACTS[field.kind] for name, field in FIELDS.items()})


@given(
    text=st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=LONGEST + 9),
    known=st.sampled_from([ORDER, frozenset(FIELDS), frozenset()]),
    values=ANY_VALUES,
    language=st.sampled_from(list(Language)),
)
def test_any_text_is_refused_in_a_line_or_said_within_bounds(
    text: str, known: frozenset[str], values: dict[str, Fact], language: Language
) -> None:
    found = read(text, known)
    if isinstance(found, tuple):
        assert found
        assert all(finding.blocks and "\n" not in finding.says.en for finding in found)
        return
    assert found.needs <= found.fields <= known
    there = {name: value for name, value in values.items() if value not in ("", ())}
    result = found.say(there, renderer(language))
    if result is not None:
        assert 0 < len(result.text) <= LONGEST_SAID
        assert set(result.used) <= found.fields & there.keys()
        assert found.say(there, renderer(language)) == result
