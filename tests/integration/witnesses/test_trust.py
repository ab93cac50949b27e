"""A witness is believed as far as it was right on real pages; what it says stays what it says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.decision.contradiction import contradicts
from pipeline.evidence import Statement
from pipeline.recognition.trust import Trust, softened, trusts
from training.witnesses.trust import Stated, fit, loss


def stating(value: int, probability: float, silent: float = 0.01, faulty: float = 0.0) -> Statement:
    """Return a statement of one value; the rest lies on its neighbour."""
    values = np.zeros(301)
    values[value], values[value + 1] = probability, 1.0 - probability - silent
    return Statement("tally", values, silent, faulty)


TRUSTS = st.builds(Trust, st.floats(1.0, 5.0), st.floats(0.0, 0.5))


@given(TRUSTS, st.floats(0.3, 0.98))
def test_a_softened_statement_is_a_distribution_with_the_same_likeliest_number(trust: Trust, sure: float) -> None:
    said = softened(stating(135, sure, 0.01, 0.004), trust)
    assert said.values.sum() + said.silent == pytest.approx(1.0)
    assert int(said.values.argmax()) == int(stating(135, sure).values.argmax())
    assert 0.0 <= said.faulty <= said.silent


def test_full_trust_changes_nothing() -> None:
    said = stating(135, 0.87)
    assert softened(said, Trust()).values == pytest.approx(said.values)


def test_a_witness_that_was_surer_than_right_contradicts_no_more() -> None:
    wrong = stating(135, 0.6)
    assert contradicts(wrong, 37)
    assert not contradicts(softened(wrong, Trust(1.0, 0.6)), 37)


def test_what_is_fitted_believes_a_witness_as_often_as_it_was_right() -> None:
    right = [Stated(stating(n, 0.98), n, held=False) for n in range(10, 70)]
    wrong = [Stated(stating(n, 0.98), n + 40, held=False) for n in range(10, 30)]
    assert fit(right) == Trust(1.0, 0.0)
    trust = fit(right + wrong)
    assert 0.1 < 1.0 - softened(stating(5, 0.98), trust).of(5) < 0.5
    assert np.isfinite(loss(stating(5, 1.0, 0.0), 200))


def test_every_witness_of_a_page_has_its_trust() -> None:
    assert set(trusts()) == {"bubbles", "tally", "row_sums", "words"}
    assert all(trust.temperature >= 1.0 and 0.0 <= trust.idle < 0.5 for trust in trusts().values())
