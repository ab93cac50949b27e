"""A document of 219 numbers: 18 parties with 10 candidates each."""

import numpy as np
import pytest

from pipeline.decision.elimination import plan
from pipeline.decision.joint import DETAILS, ENTRIES_A_NUMBER, posteriors
from tests.support import parties


@pytest.mark.parametrize("certainty", [0.9999, 0.99])
def test_what_the_boxes_say_comes_out_and_sums_lift_it(certainty: float) -> None:
    rng = np.random.default_rng(1)
    values = parties.votes(rng)
    evidence = {name: parties.written(value, certainty, rng) for name, value in values.items()}
    found = posteriors(evidence, parties.rules())
    assert len(found) == 219
    for name, value in values.items():
        assert found[name].of(value) > 0.999
    alone = posteriors(evidence, [])
    assert np.mean([found[name].of(value) for name, value in values.items()]) > np.mean(
        [alone[name].of(value) for name, value in values.items()]
    )


@pytest.mark.parametrize("certainty", [0.9999, 0.9, 0.6])
def test_tables_stay_small_however_unsure(certainty: float, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = []

    def counted(sizes: dict[str, int], scopes: list[tuple[str, ...]]) -> tuple[list[str], int]:
        order, count = plan(sizes, scopes)
        entries.append(count)
        return order, count

    monkeypatch.setattr("pipeline.decision.joint.plan", counted)
    rng = np.random.default_rng(2)
    evidence = {name: parties.written(value, certainty, rng) for name, value in parties.votes(rng).items()}
    posteriors(evidence, parties.rules())
    assert 0 < entries[-1] <= ENTRIES_A_NUMBER * 219
    assert len(entries) <= len(DETAILS)


def test_a_wrong_sum_is_not_repaired() -> None:
    rng = np.random.default_rng(3)
    values = parties.votes(rng) | {"jumlah_7": 99}
    evidence = {name: parties.written(value, 0.9999, rng) for name, value in values.items()}
    found = posteriors(evidence, parties.rules())
    for name, value in values.items():
        assert int(found[name].values[found[name].probabilities.argmax()]) == value
