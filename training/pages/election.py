"""The numbers of one fictitious polling station, consistent as the law wants them."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pipeline.forms import FormTemplate, NumberField

_RESERVE = re.compile(r"ceil\(([\d.]+) \* dpt_j\)")
_LARGEST = re.compile(r"dpt_j <= (\d+)")
_YEAR = re.compile(r"20\d\d")
_POLLING_DAYS = {
    2014: date(2014, 7, 9),
    2017: date(2017, 2, 15),
    2019: date(2019, 4, 17),
    2020: date(2020, 12, 9),
    2024: date(2024, 2, 14),
}
_PILKADA_2024 = date(2024, 11, 27)


@dataclass(frozen=True, slots=True)
class _Votes:
    """What is elected: the parts of the valid votes, as the rules of the form have them.

    Attributes:
        sums: Names of the parts of every sum of votes, beginning with `suara_sah`.
        room: How many votes the tally of a number can hold, where it has one.

    """

    sums: Mapping[str, Sequence[str]]
    room: Mapping[str, int]


def draw_values(form: FormTemplate, rng: np.random.Generator) -> dict[str, int]:
    """Return a value for every number of the form, obeying its hard rules where the form has the usual names.

    Pairs, candidates and parties are whatever the form's rules add up to the valid votes; the size of a station and
    the reserve of ballots are those of its soft rules. Numbers that this module knows nothing about are drawn
    independently, within what their boxes can hold.
    """
    fields = [field for page in form.pages for field in page.numbers]
    known = _station(form, _votes_of(form, fields), rng)
    _implied(form, known)
    return {
        field.name: known[field.name] if field.name in known else _anything(field.boxes.count, rng) for field in fields
    }


def polling_day(form: FormTemplate) -> date:
    """Return the day on which people voted with this form: by the year in its id, of 2024 the Pilkada's by its name."""
    if "-kwk-" in form.id and "2024" in form.id:
        return _PILKADA_2024
    year = _YEAR.search(form.id)
    return _POLLING_DAYS.get(int(year.group()) if year else 2024, _POLLING_DAYS[2024])


def broken_rules(form: FormTemplate, values: Mapping[str, int | None]) -> list[str]:
    """Return the ids of the hard rules that these values break."""
    return [rule.id for rule in form.rules if rule.severity == "hard" and rule.parsed.holds(values) is False]


def _anything(boxes: int, rng: np.random.Generator) -> int:
    """Return an independent number that fits the boxes."""
    return int(rng.integers(0, min(10**boxes, 300)))


def _votes_of(form: FormTemplate, fields: Sequence[NumberField]) -> _Votes:
    """Return what the valid votes are made of."""
    sums: dict[str, Sequence[str]] = {}
    stated = {rule.parsed.names[0]: rule.parsed for rule in form.rules if rule.parsed.comparison == "=="}
    waiting = ["suara_sah"]
    for name in waiting:
        parsed = stated.get(name)
        linear = parsed.linear() if parsed else None
        if parsed is None or linear is None or len(parsed.names) < 3:
            continue
        sums[name] = parsed.names[1:]
        waiting += parsed.names[1:]
    return _Votes(
        sums, {one.name: one.tally.rows * one.tally.columns * one.tally.strokes for one in fields if one.tally}
    )


def _stated(form: FormTemplate, pattern: re.Pattern[str], default: float) -> float:
    """Return the number that a soft rule of the form states."""
    found = (pattern.search(rule.expression) for rule in form.rules if rule.severity == "soft")
    return next((float(one.group(1)) for one in found if one), default)


def _implied(form: FormTemplate, values: dict[str, int]) -> None:
    """Add the numbers that follow from others by a sum of the form: names that only this form has."""
    sums = [linear for rule in form.rules if rule.parsed.comparison == "==" and (linear := rule.parsed.linear())]
    waiting = True
    while waiting:
        waiting = False
        for factors, constant in sums:
            unknown = [name for name in factors if name not in values]
            if len(unknown) == 1 and abs(factors[unknown[0]]) == 1:
                rest = constant + sum(factor * values[name] for name, factor in factors.items() if name in values)
                values[unknown[0]] = -factors[unknown[0]] * rest
                waiting = True


def _station(form: FormTemplate, votes: _Votes, rng: np.random.Generator) -> dict[str, int]:
    """Return every number that presidential, regional and older forms have in common, by name."""
    values: dict[str, int] = {}
    largest = int(_stated(form, _LARGEST, 300))
    listed = int(np.clip(rng.normal(235 / 300 * largest, 48 / 300 * largest), 15, largest))
    turnout = float(np.clip(rng.beta(9, 2.2), 0.2, 1.0))
    _by_sex(values, "dpt", listed, rng)
    for sex in "lp":
        values[f"pengguna_dpt_{sex}"] = int(rng.binomial(values[f"dpt_{sex}"], turnout))
    ballots = listed + math.ceil(round(_stated(form, _RESERVE, 0.02) * listed, 9))
    spare = max(ballots - values["pengguna_dpt_l"] - values["pengguna_dpt_p"], 0)
    added = min(_few(rng, 1.6), spare)
    special = min(_few(rng, 3.0), spare - added)
    _by_sex(values, "pengguna_dptb", added, rng)
    _by_sex(values, "pengguna_dpk", special, rng)
    for sex in "lp":
        values[f"pengguna_{sex}"] = sum(values[f"pengguna_{kind}_{sex}"] for kind in ("dpt", "dptb", "dpk"))
    values["pengguna_dpt_j"] = values["pengguna_dpt_l"] + values["pengguna_dpt_p"]
    values["pengguna_j"] = values["pengguna_l"] + values["pengguna_p"]
    _disabled(values, rng)
    _ballots(values, ballots, rng)
    _votes(values, votes, rng)
    _older_names(values, rng)
    day = polling_day(form)
    past_midnight = int(rng.integers(0, 3)) == 2
    values.update(tgl_hari=day.day + past_midnight, tgl_bulan=day.month, tgl_tahun=day.year)
    return values


def _by_sex(values: dict[str, int], name: str, total: int, rng: np.random.Generator) -> None:
    """Split a total into men and women."""
    men = int(rng.binomial(total, np.clip(rng.normal(0.495, 0.03), 0.3, 0.7)))
    values.update({f"{name}_l": men, f"{name}_p": total - men, f"{name}_j": total})


def _few(rng: np.random.Generator, mean: float) -> int:
    """Return a small number, often 0, seldom large: a geometric draw."""
    return int(rng.geometric(1.0 / (1.0 + mean)) - 1)


def _disabled(values: dict[str, int], rng: np.random.Generator) -> None:
    """Draw voters with a disability, who are among those who voted."""
    for sex in "lp":
        values[f"disabilitas_{sex}"] = min(_few(rng, 0.8), values[f"pengguna_{sex}"])
    values["disabilitas_j"] = values["disabilitas_l"] + values["disabilitas_p"]


def _ballots(values: dict[str, int], received: int, rng: np.random.Generator) -> None:
    """Share out the ballots received."""
    used = values["pengguna_j"]
    spoilt = min(_few(rng, 0.4), received - used)
    values["surat_suara_diterima"] = received
    values["surat_suara_digunakan"] = used
    values["surat_suara_dikembalikan"] = spoilt
    values["surat_suara_tidak_digunakan"] = received - used - spoilt


def _votes(values: dict[str, int], votes: _Votes, rng: np.random.Generator) -> None:
    """Share out the votes: some invalid, the others among those who stand for election, seldom all for one."""
    total = values["pengguna_j"]
    invalid = min(int(rng.negative_binomial(2, 2 / (2 + 5.0))), total)
    values.update(suara_sah=total - invalid, suara_tidak_sah=invalid, suara_total=total)
    for name, parts in votes.sums.items():
        shares = rng.dirichlet(np.full(len(parts), 0.8 if rng.random() < 0.15 else 2.5))
        room = np.array([_room(part, votes) for part in parts])
        drawn = _within(rng.multinomial(values[name], shares), room)
        values.update({part: int(count) for part, count in zip(parts, drawn, strict=True)})


def _room(name: str, votes: _Votes) -> int:
    """Return how many votes a number, or all that it is the sum of, can hold."""
    if name in votes.sums:
        return sum(_room(part, votes) for part in votes.sums[name])
    return votes.room.get(name, 10_000)


def _within(counts: NDArray[np.int64], room: NDArray[np.int64]) -> NDArray[np.int64]:
    """Move what a tally cannot hold to where there is room, from the first on."""
    kept = np.minimum(counts, room)
    left = int((counts - kept).sum())
    for i in range(len(kept)):
        more = min(left, int(room[i] - kept[i]))
        kept[i] += more
        left -= more
    return kept


def _older_names(values: dict[str, int], rng: np.random.Generator) -> None:
    """Add the registered voters, as the A4 forms of 2019 ask for them."""
    extra = {"dptb": _few(rng, 0.5), "dpk": _few(rng, 0.5)}
    for sex in "lpj":
        values[f"pemilih_dpt_{sex}"] = values[f"dpt_{sex}"]
    for kind, more in extra.items():
        values[f"pemilih_{kind}_l"] = values[f"pengguna_{kind}_l"] + more
        values[f"pemilih_{kind}_p"] = values[f"pengguna_{kind}_p"]
        values[f"pemilih_{kind}_j"] = values[f"pengguna_{kind}_j"] + more
    for sex in "lpj":
        values[f"pemilih_{sex}"] = sum(values[f"pemilih_{kind}_{sex}"] for kind in ("dpt", "dptb", "dpk"))
        values[f"disabilitas_terdaftar_{sex}"] = values[f"disabilitas_{sex}"]
