"""What the classifier learns from: examples/{zh,en}.yaml."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import yaml

from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language
from xiaoer.text.clean import clean

_FOLDER = Path(__file__).parent / "examples"


@dataclass(frozen=True, slots=True)
class Lesson:
    """A sentence and what was meant by it."""

    text: str  # cleaned
    intent: Intent
    language: Language


def lessons() -> tuple[Lesson, ...]:
    """All of them. ValueError if a file names an intent that does not exist."""
    return tuple(lesson for language in Language for lesson in _of(language))


def fingerprint() -> str:
    """Changes with every change of the files."""
    return sha256(b"".join(_file(language).read_bytes() for language in Language)).hexdigest()


def _of(language: Language) -> list[Lesson]:
    groups: dict[str, list[str]] = yaml.safe_load(_file(language).read_text(encoding="utf-8"))
    return [Lesson(clean(text), Intent(name), language) for name, texts in groups.items() for text in texts]


def _file(language: Language) -> Path:
    return _FOLDER / f"{language.value}.yaml"
