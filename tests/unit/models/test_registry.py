import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from models.package import default_package, load_package, write_package
from models.paired import mcnemar_exact
from models.registry import Comparison, Registry, compare
from pipeline.errors import ModelError


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """A registry with the champion "first" and, elsewhere, nothing."""
    folder = tmp_path / "packages"
    made = load_package(default_package("digits"))
    write_package(folder / "first", made.description.model_copy(update={"id": "first"}), made.weights(), "card")
    (folder / "champions.json").write_text(json.dumps({"digits": "first"}))
    write_package(tmp_path / "second", made.description.model_copy(update={"id": "second"}), made.weights(), "card")
    return Registry(folder)


def compared(only_first: int, only_second: int) -> Comparison:
    labels = np.zeros(1000, np.int64)
    first, second = labels.copy(), labels.copy()
    second[:only_first] = 1
    first[only_first : only_first + only_second] = 1
    return compare("first", "second", [str(i) for i in range(1000)], labels, first, second)


def test_mcnemar_against_known_values() -> None:
    assert mcnemar_exact(0, 0) == 1.0
    assert mcnemar_exact(5, 5) == 1.0
    assert mcnemar_exact(0, 6) == pytest.approx(0.03125)
    assert mcnemar_exact(2, 10) == pytest.approx(0.038574, abs=1e-6)


def test_a_comparison_counts_both_sides() -> None:
    found = compared(3, 12)
    assert (found.first_right, found.second_right) == (988, 997)
    assert (found.only_first_right, found.only_second_right) == (3, 12)
    assert found.p == pytest.approx(mcnemar_exact(3, 12))


def test_a_better_challenger_is_promoted_and_taken_back(registry: Registry) -> None:
    challenger = registry.find(str(registry.folder.parent / "second"))
    registry.promote(challenger, compared(3, 15))
    assert registry.champions() == {"digits": "second"}
    assert [package.id for package in registry.list()] == ["first", "second"]
    assert registry.history()[0]["comparison"]["only_second_right"] == 15
    assert registry.rollback("digits") == "first"
    assert registry.champion("digits").id == "first"
    assert [entry["action"] for entry in registry.history()] == ["promote", "rollback"]
    with pytest.raises(ModelError) as caught:
        registry.rollback("digits")
    assert caught.value.code == "model_no_history"


@pytest.mark.parametrize(("only_first", "only_second", "reason"), [(15, 3, "it is faster"), (3, 4, ""), (0, 0, "")])
def test_no_promotion_without_grounds(registry: Registry, only_first: int, only_second: int, reason: str) -> None:
    challenger = registry.find(str(registry.folder.parent / "second"))
    with pytest.raises(ModelError) as caught:
        registry.promote(challenger, compared(only_first, only_second), reason)
    assert caught.value.code == "model_not_promoted"
    assert registry.champions() == {"digits": "first"}
    assert not registry.history()


def test_an_equal_challenger_needs_a_reason(registry: Registry) -> None:
    registry.promote(registry.find(str(registry.folder.parent / "second")), compared(2, 2), "half the size")
    assert registry.history()[0]["reason"] == "half the size"


def test_a_comparison_of_other_models_does_not_count(registry: Registry) -> None:
    shutil.copytree(registry.folder / "first", registry.folder.parent / "third")
    with pytest.raises(ModelError) as caught:
        registry.promote(registry.find(str(registry.folder.parent / "third")), compared(0, 20))
    assert caught.value.code == "model_not_promoted"
