"""persona.yaml -> domain.persona.Persona, or one clear sentence per thing to mend."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from xiaoer.domain.persona import Manner, Persona
from xiaoer.domain.understanding import Mood
from xiaoer.domain.words import Words
from xiaoer.policies.written import keys_of, policy_text, read_written

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
    found = read_written(policy_text(path), path)
    try:
        given = _File.model_validate(found.raw or {})
    except ValidationError as error:
        raise found.wrong(error, keys_of(_File)) from error
    return Persona(
        name=Words(given.name.zh, given.name.en),
        manner=given.manner,
        emoji=given.emoji,
        likes=tuple(given.likes),
        avoid=tuple(given.avoid),
        moods=given.moods,
    )
