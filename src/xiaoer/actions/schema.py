"""An action as whoever calls it by name sees it: one derivation for agents, language models and forms."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiaoer.actions.base import CATALOGUE, Action, Args, Risk
from xiaoer.domain.changes import Can

_OURS = "#/$defs/"
_NOISE = frozenset({"title", "$defs"})  # pydantic's names of classes and fields tell a caller nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTool:
    """Name, what it does, its arguments as JSON Schema (2020-12, always an object), and how it acts."""

    name: str
    about: str
    parameters: Mapping[str, Any]
    risk: Risk

    @property
    def reads_only(self) -> bool:
        return self.risk is Risk.READ

    @property
    def asks_first(self) -> bool:
        """A call only proposes: the customer says yes to a card before anything is changed."""
        return self.risk >= Risk.WRITE


def tool_of(action: Action[Any]) -> ActionTool:
    about = action.about or (action.takes.__doc__ or "").strip()
    return ActionTool(name=action.name, about=about, parameters=parameters_of(action.takes), risk=action.risk)


def tools(can: Iterable[Can], *, in_person: bool) -> Sequence[ActionTool]:
    """What a shop that `can` so much offers, by name; `in_person`: also what a person alone may ask for."""
    able = frozenset(can)
    fit = (a for a in CATALOGUE.values() if (a.needs is None or a.needs in able))
    return [tool_of(a) for a in sorted(fit, key=lambda a: a.name) if in_person or not a.in_person]


def parameters_of(takes: type[Args]) -> dict[str, Any]:
    """The arguments' model as one flat schema: no references, no class names, every text with its length."""
    made = takes.model_json_schema()
    flat = _flat(made, made.get("$defs", {}))
    schema: dict[str, Any] = {"type": "object", "properties": {}, **flat}
    schema.pop("description", None)  # what the action does is said beside it
    longest = takes.model_config.get("str_max_length")
    for field in schema["properties"].values():
        for part in (field, *field.get("anyOf", ())):
            if part.get("type") == "string" and "enum" not in part and longest is not None:
                part.setdefault("maxLength", longest)
    return schema


def _flat(node: object, known: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON is whatever it is
    if isinstance(node, list):
        return [_flat(item, known) for item in node]
    if not isinstance(node, Mapping):
        return node
    reference = str(node.get("$ref", ""))
    if reference.startswith(_OURS):
        told = {"description"} & node.keys()  # the field's own word goes before its class's
        return {**_flat(known[reference.removeprefix(_OURS)], known), **{key: node[key] for key in told}}
    # A field may itself be called "title": only the names inside `properties` are the caller's.
    return {
        key: {name: _flat(field, known) for name, field in value.items()}
        if key == "properties"
        else _flat(value, known)
        for key, value in node.items()
        if key not in _NOISE
    }
