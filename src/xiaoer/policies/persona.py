"""persona.yaml -> domain.persona.Persona, or one clear sentence per thing to mend."""

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from xiaoer.domain.persona import Manner, Persona
from xiaoer.domain.understanding import Mood
from xiaoer.domain.words import Words
from xiaoer.policies.file import PolicyError, policy_text

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class _Name(BaseModel):
    model_config = ConfigDict(extra="forbid")

    zh: Name
    en: Name


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: _Name = _Name(zh="小二", en="Xiaoer")
    manner: Manner = Manner.FRIENDLY
    emoji: bool = False
    likes: list[Name] = Field(default_factory=list, max_length=40)
    avoid: list[Name] = Field(default_factory=list, max_length=200)
    moods: dict[Mood, Line] = Field(default_factory=dict)


def load_persona(path: Path) -> Persona:
    """PolicyError if the file is missing, no YAML, or says something unknown."""
    try:
        given = _File.model_validate(yaml.safe_load(policy_text(path)) or {})
    except yaml.YAMLError as error:
        raise PolicyError(f"{path}: not readable as YAML: {error}") from error
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False)]
        raise PolicyError(f"{path}: {'; '.join(wrong)}") from error
    return Persona(
        name=Words(given.name.zh, given.name.en),
        manner=given.manner,
        emoji=given.emoji,
        likes=tuple(given.likes),
        avoid=tuple(given.avoid),
        moods=given.moods,
    )
