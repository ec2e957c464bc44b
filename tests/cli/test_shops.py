"""xiaoer shop import, as it is typed: a shop of other makers from its files."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Run

FILES = Path(__file__).parents[1] / "shops" / "tau"


@pytest.fixture
def typed(typed_in: Callable[[Path], Run], tmp_path: Path) -> Run:
    return typed_in(tmp_path / "data")


def test_a_shop_is_taken_over_and_taken_over_again(typed: Run) -> None:
    first = typed("shop", "import", "tau-retail", str(FILES))
    assert "已导入：" in first
    assert "XIAOER_SHOP=tau-retail xiaoer serve" in first
    assert typed("shop", "import", "tau-retail", str(FILES)) == first


def test_a_name_or_a_folder_that_is_not_there_is_said(typed: Run, tmp_path: Path) -> None:
    assert "tau-retail" in typed("shop", "import", "teapots", str(FILES), fails=2)
    missing = tmp_path / "nothing"
    assert str(missing) in typed("shop", "import", "tau-retail", str(missing), fails=2)


def test_files_that_are_no_shop_are_refused_with_what_is_wrong(typed: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in FILES.glob("*.json"):
        (broken / file.name).write_bytes(file.read_bytes())
    (broken / "orders.json").write_text("{not json", encoding="utf-8")
    assert "orders.json" in typed("shop", "import", "tau-retail", str(broken), fails=2)
