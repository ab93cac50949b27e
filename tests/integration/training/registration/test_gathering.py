"""What the verification of registrations is fitted on: right places and wrong ones, gathered by other processes."""

from pathlib import Path

from training.registration.fitting import as_finder_needs
from training.registration.gathering import gathered


def test_a_drawn_page_and_a_stranger_give_right_and_wrong_places(tmp_path: Path) -> None:
    pages, numbers = gathered([3, -1], 1, 13, tmp_path / "examples.jsonl")
    for examples in (pages, numbers):
        assert {one.right for one in examples} == {True, False}
        assert not any(one.real for one in examples)
    # Each is met again as one of a form without a print, or without anything beside its numbers.
    asked = [one for one in numbers if one.quantities["print_asked"] and one.quantities["block_asked"]]
    assert asked
    again = as_finder_needs(asked)
    assert len(again) == 4 * len(asked)
    assert {(one.quantities["print_asked"], one.quantities["block"] > 0) for one in again if one.right} >= {
        (0.0, True),
        (1.0, False),
        (0.0, False),
    }
