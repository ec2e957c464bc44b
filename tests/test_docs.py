"""The documents say what is so: names, settings, actions, commands, tables; in both languages."""

import re
from importlib import import_module
from pathlib import Path

import pytest
import typer.main

import xiaoer.actions  # noqa: F401 - fills the catalogue
from xiaoer.actions.base import CATALOGUE
from xiaoer.cli.main import cli
from xiaoer.settings import Settings
from xiaoer.store.catalogue import catalogue

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
_NAME = re.compile(r"`(xiaoer(?:\.\w+)+)(?::(\w+(?:\.\w+)*))?`")
_LINK = re.compile(r"\]\(([^)#\s]+?)(?:#[\w-]+)?\)")
BOTH = ("tour", "actions", "policy", "operate", "privacy", "measure", "api", "templates", "mcp", "llm")


def pages(*folders: str) -> list[Path]:
    found = [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CONTRIBUTING.md"]
    return found + [path for folder in folders or ("", "zh") for path in sorted((DOCS / folder).glob("*.md"))]


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_code_name_in_a_page_exists(page: Path) -> None:
    for module, path in _NAME.findall(page.read_text("utf-8")):
        thing: object = import_module(module)
        for part in filter(None, path.split(".")):
            fields = getattr(thing, "__dataclass_fields__", {})
            assert hasattr(thing, part) or part in fields, f"{module}:{path} in {page.name}"
            thing = getattr(thing, part, None)


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text("utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{target} in {page.name}"


@pytest.mark.parametrize("name", BOTH)
def test_a_page_stands_in_both_languages(name: str) -> None:
    assert (DOCS / f"{name}.md").exists()
    assert (DOCS / "zh" / f"{name}.md").exists()


@pytest.mark.parametrize("language", ["", "zh"])
def test_every_setting_command_action_and_table_is_documented(language: str) -> None:
    operate = (DOCS / language / "operate.md").read_text("utf-8")
    for name in Settings.model_fields:
        assert f"XIAOER_{name.upper()}`" in operate, name
    for command in commands():
        assert f"`xiaoer {command}" in operate, command
    actions = (DOCS / language / "actions.md").read_text("utf-8")
    assert [name for name in CATALOGUE if f"| `{name}` |" not in actions] == []
    privacy = (DOCS / language / "privacy.md").read_text("utf-8")
    for entry in catalogue():
        row = next((line for line in privacy.splitlines() if line.startswith(f"| `{entry.table}` |")), "")
        assert row, entry.table
        assert not entry.personal or f"`{entry.column}`" in row, f"{entry.table}.{entry.column}"
        assert entry.days is None or f"{entry.days:,}" in row, f"{entry.table}: {entry.days} days"


def commands() -> list[str]:
    """As they are typed: serve, demo customers ..."""
    top = typer.main.get_command(cli)
    found: list[str] = []
    for name, command in getattr(top, "commands", {}).items():
        inner = getattr(command, "commands", {})
        found += [f"{name} {sub}" for sub in inner] if inner else [name]
    return found


def test_an_action_stands_in_no_table_that_does_not_exist() -> None:
    told = re.findall(r"^\| `(\w+)` \|", (DOCS / "actions.md").read_text("utf-8"), re.MULTILINE)
    assert set(told) == set(CATALOGUE)
