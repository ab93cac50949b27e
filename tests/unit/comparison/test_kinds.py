"""What kind a difference is, by the numbers alone."""

from collections.abc import Mapping

import pytest

from api.comparison.kinds import Kind, Written, kinds_of

ROWS = ("paslon_1", "paslon_2", "paslon_3")


def kinds(published: Mapping[str, int], boxes: Mapping[str, str]) -> dict[str, Kind]:
    written = {name: Written(int(marks.lstrip("X-_") or 0), marks) for name, marks in boxes.items()}
    return kinds_of(published, written, ROWS)


@pytest.mark.parametrize(
    ("published", "boxes", "kind"),
    [
        (868, "X68", Kind.X_AS_8),
        (888, "XXX", Kind.X_AS_8),
        (88, "XXX", Kind.X_AS_8),
        (882, "--2", Kind.X_AS_8),
        (182, "132", Kind.ONE_DIGIT),
        (968, "X68", Kind.ONE_DIGIT),
        (136188, "136", Kind.DIGITS_ADDED),
        (13, "136", Kind.DIGITS_LOST),
        (0, "136", Kind.NOTHING_PUBLISHED),
        (163, "136", Kind.DIGITS_TURNED),
        (507, "136", Kind.OTHER),
    ],
)
def test_a_difference_by_itself(published: int, boxes: str, kind: Kind) -> None:
    assert kinds({"paslon_1": published, "paslon_2": 50}, {"paslon_1": boxes, "paslon_2": "X50"}) == {"paslon_1": kind}


def test_two_numbers_in_each_others_place_are_swapped() -> None:
    found = kinds(
        {"paslon_1": 68, "paslon_2": 132, "paslon_3": 29}, {"paslon_1": "132", "paslon_2": "X68", "paslon_3": "X29"}
    )
    assert found == {"paslon_1": Kind.SWAPPED, "paslon_2": Kind.SWAPPED}


@pytest.mark.parametrize("published", [(5, 132, 68), (68, 29, 5)])
def test_rows_that_hold_their_neighbours_figures_are_shifted(published: tuple[int, int, int]) -> None:
    found = kinds(dict(zip(ROWS, published, strict=True)), {"paslon_1": "132", "paslon_2": "X68", "paslon_3": "X29"})
    assert list(found.values()).count(Kind.SHIFTED) == 2


def test_a_station_with_other_figures_throughout_is_another_station() -> None:
    boxes = {"paslon_1": "132", "paslon_2": "X68", "paslon_3": "X29", "suara_sah": "229", "suara_tidak_sah": "XX7"}
    other = {"paslon_1": 41, "paslon_2": 101, "paslon_3": 60, "suara_sah": 202, "suara_tidak_sah": 3}
    assert set(kinds(other, boxes).values()) == {Kind.WHOLE_STATION}
    assert set(kinds(dict.fromkeys(boxes, 0), boxes).values()) == {Kind.NOTHING_PUBLISHED}
    assert Kind.WHOLE_STATION not in kinds({**other, "paslon_1": 132}, boxes).values()
