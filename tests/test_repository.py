"""What the repository promises as a whole: exact installs from any mirror, one CI command, nothing bulky."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = [f"requirements/{name}" for name in ("runtime.lock", "llm.lock", "dev.lock", "uv.txt")]
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,]+\])?==(\S+)", re.MULTILINE)
LARGEST = 100_000
PARTS_OF_DECLARED = {"pydantic-core", "starlette"}  # pydantic and fastapi pin theirs
NEVER_IMPORTED = {"psycopg", "tzdata"}  # named by a database URL; read by zoneinfo


def committed() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [path for name in names.split("\0") if name and (path := ROOT / name).is_file()]


def pins(lock: str) -> set[tuple[str, str]]:
    return set(PIN.findall((ROOT / lock).read_text()))


@pytest.fixture(scope="module")
def files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: what is committed cannot be told")
    return committed()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_a_hash_for_every_package_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    for package in re.split(r"\n(?=[a-z0-9])", text)[1:]:
        assert "--hash=sha256:" in package, package
    assert not re.search(r"://|^-|@ ", text, re.MULTILINE)


def test_the_development_lock_holds_the_runtime_lock() -> None:
    assert pins(LOCKS[0]) <= pins(LOCKS[1]) <= pins(LOCKS[2])


@pytest.mark.parametrize(
    ("lock", "groups"), [(LOCKS[0], ["build"]), (LOCKS[1], ["build"]), (LOCKS[2], ["build", "dev"])]
)
def test_a_lock_names_every_dependency(lock: str, groups: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] + [d for g in groups for d in project["dependency-groups"][g]]
    locked = {name for name, _ in pins(lock)}
    for requirement in wanted:
        assert re.split(r"[\[><=]", requirement)[0].lower() in locked, (
            "pyproject.toml changed: run `make lock`"
        )


def test_ci_is_make_test() -> None:
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    assert script.read_text() == "#!/usr/bin/env bash\nexec make test\n"


def test_nothing_bulky_is_committed(files: list[Path]) -> None:
    large = {str(path.relative_to(ROOT)) for path in files if path.stat().st_size > LARGEST}
    allowed = {*LOCKS, *(f"tests/knowledge/questions.{language}.jsonl" for language in ("zh", "en"))}
    assert large <= allowed, f"over {LARGEST:,} bytes: part it, or put what is new into another file"


def test_nothing_committed_names_a_place_on_somebody_s_machine(files: list[Path]) -> None:
    home_or_registry = re.compile(
        rb"(?<![\w.:/])/(?:home|Users|root|work)/\w" + rb"|\b(?:pypi|npmjs|debian)\.org|python"
        rb"hosted\.org"
    )
    for path in files:
        if path != Path(__file__):
            found = home_or_registry.search(path.read_bytes())
            assert not found, f"{path.relative_to(ROOT)}: {found}"


@pytest.mark.parametrize(
    ("readme", "other"), [("README.md", "README.zh-CN.md"), ("README.zh-CN.md", "README.md")]
)
def test_each_readme_leads_to_the_other_language(readme: str, other: str) -> None:
    assert f"({other})" in (ROOT / readme).read_text()


def imported(folder: str) -> set[str]:
    """Top-level names of what the code under `folder` imports, `xiaoer` aside."""
    names = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add((node.module or "").split(".")[0])
    return names - {"xiaoer"}


def test_the_domain_knows_the_standard_library_only() -> None:
    """import-linter forbids the packages known today; this one, those of tomorrow."""
    assert imported("src/xiaoer/domain") <= sys.stdlib_module_names


def test_the_dependencies_are_what_the_code_imports() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[\[><=]", requirement)[0] for requirement in project["dependencies"]}
    packages = packages_distributions()
    extras = {
        re.split(r"[\[><=]", one)[0] for some in project["optional-dependencies"].values() for one in some
    }
    named = imported("src") - sys.stdlib_module_names - extras
    used = {packages[name][0].lower().replace("_", "-") for name in named}
    assert used - PARTS_OF_DECLARED - extras == declared - NEVER_IMPORTED
