"""On a real page whose writer draws every X as a blob, the blobs tell each other what they are."""

from pathlib import Path

import numpy as np

from pipeline import Reader
from pipeline.decision.number import expecting_leads, number_posteriors


def test_crosses_drawn_as_blobs_are_surer_together(shared: Path) -> None:
    # Of the calibrate part. In each number the first box was likelier struck than an X to the network.
    (read,) = Reader().read(shared / "wild" / "kwk-2020" / "images" / "kwk2020_0213.jpg")
    for name, value in {"paslon_1": 98, "paslon_2": 40, "paslon_3": 59}.items():
        number = read.pages[0].evidence[name]
        assert number.looks is not None
        by_itself = number_posteriors([expecting_leads(number.looks)])[0]
        doubt, left = 1.0 - by_itself.values[value], 1.0 - number.boxes.values[value]
        assert left < 0.5 * doubt, (name, doubt, left)
        assert np.argmax(number.boxes.values) == value
