"""What is found twice is one number: a box belongs to no two."""

from pipeline.drafting.boxes import BoxRow, joined
from pipeline.drafting.cells import Cell
from pipeline.drafting.ruling import Ruled


def cell(left: float, right: float, top: float = 184.0) -> Cell:
    uprights = [Ruled(False, at, top - 1.0, top + 19.0, 0.5, 1.0) for at in (left, right)]
    levels = [Ruled(True, at, left - 1.0, right + 1.0, 0.5, 1.0) for at in (top, top + 18.2)]
    return Cell(uprights[0], levels[0], uprights[1], levels[1], 0.0)


def test_a_number_that_fell_into_two_with_a_box_in_common_is_one() -> None:
    # The line right of the middle box was found twice, half a millimetre apart.
    pieces = [[cell(483.1, 501.7), cell(503.2, 521.8)], [cell(503.2, 522.3), cell(522.3, 541.3)]]
    (whole,) = joined([BoxRow(tuple(piece), True) for piece in pieces])
    assert [round(box.x, 1) for box in whole.cells] == [483.1, 503.2, 522.3]


def test_numbers_side_by_side_and_below_each_other_stay_apart() -> None:
    rows = [
        BoxRow((cell(483.0, 501.0), cell(503.0, 521.0)), True),
        BoxRow((cell(543.0, 561.0), cell(563.0, 581.0)), True),
        BoxRow((cell(483.0, 501.0, 326.0), cell(503.0, 521.0, 326.0)), True),
    ]
    assert joined(rows) == rows
