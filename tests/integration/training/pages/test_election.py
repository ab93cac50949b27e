"""Stations of every kind of election: whatever a form adds up is what is elected."""

from datetime import date

import numpy as np
import pytest

from pipeline.forms import FormTemplate, load_forms
from training.pages.election import broken_rules, draw_values, polling_day

FORMS = load_forms()


def _ends(forms: tuple[str, ...]) -> set[str]:
    """Return the first and the last variant of a family."""
    return {forms[0], forms[-1]}


@pytest.mark.parametrize("form", sorted(form for forms in FORMS.families.values() for form in _ends(forms)))
def test_a_station_obeys_the_rules_of_every_form(form: str) -> None:
    template = FORMS[form]
    for seed in range(25):
        values = draw_values(template, np.random.default_rng(seed))
        assert broken_rules(template, values) == []
        for field in (field for page in template.pages for field in page.numbers):
            assert 0 <= values[field.name] < 10**field.boxes.count
            if field.tally:
                assert values[field.name] <= field.tally.columns * field.tally.rows * field.tally.strokes


def _listed(form: FormTemplate) -> list[int]:
    return [draw_values(form, np.random.default_rng(seed))["dpt_j"] for seed in range(60)]


def test_pilkada_stations_have_up_to_600_voters_and_others_up_to_300() -> None:
    assert max(_listed(FORMS["c-hasil-ppwp-2024"])) <= 300
    pilkada = _listed(FORMS["c-hasil-kwk-bupati-2024-pairs-3"])
    assert 300 < max(pilkada) <= 600


def test_the_reserve_of_ballots_is_that_of_the_form() -> None:
    for form in ("c-hasil-ppwp-2024", "c-hasil-kwk-gubernur-2024-pairs-2", "c-hasil-dpd-2024-candidates-13"):
        rule = next(rule for rule in FORMS[form].rules if rule.id == "surat_suara-reserve")
        assert all(rule.parsed.holds(draw_values(FORMS[form], np.random.default_rng(seed))) for seed in range(30))


def test_every_pair_gets_votes_now_and_then() -> None:
    form = FORMS["c-hasil-kwk-walikota-2024-pairs-6"]
    drawn = [draw_values(form, np.random.default_rng(seed)) for seed in range(20)]
    assert all(any(values[f"paslon_{pair}"] > 0 for values in drawn) for pair in range(1, 7))


@pytest.mark.parametrize(
    ("form", "day"),
    [
        ("c-hasil-ppwp-2024", date(2024, 2, 14)),
        ("c-hasil-dpr-2024-candidates-4", date(2024, 2, 14)),
        ("c-hasil-kwk-bupati-2024-pairs-2", date(2024, 11, 27)),
    ],
)
def test_people_vote_on_the_day_of_their_election(form: str, day: date) -> None:
    assert polling_day(FORMS[form]) == day
