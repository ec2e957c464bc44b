"""YAML of files that come with the program, read ten times as fast where libyaml is there."""

from typing import Any

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def own_yaml(text: str | bytes) -> Any:  # noqa: ANN401 - whatever the file holds
    """Never for what somebody else wrote: libyaml overflows the stack on deep nesting. yaml.YAMLError."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
