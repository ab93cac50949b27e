"""The numbers of one fictitious polling station, consistent as the law wants them."""

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.forms import FormTemplate

_PAIR = re.compile(r"paslon_\d+")


def draw_values(form: FormTemplate, rng: np.random.Generator) -> dict[str, int]:
    """Return a value for every number of the form, obeying its hard rules where the form has the usual names.

    Numbers that this module knows nothing about are drawn independently, within what their boxes and tally can hold.
    """
    pairs = [field.name for page in form.pages for field in page.numbers if _PAIR.fullmatch(field.name)]
    known = _station(pairs, rng)
    return {
        field.name: known[field.name] if field.name in known else _anything(field.boxes.count, rng)
        for page in form.pages
        for field in page.numbers
    }


def broken_rules(form: FormTemplate, values: Mapping[str, int | None]) -> list[str]:
    """Return the ids of the hard rules that these values break."""
    return [rule.id for rule in form.rules if rule.severity == "hard" and rule.parsed.holds(values) is False]


def _anything(boxes: int, rng: np.random.Generator) -> int:
    """Return an independent number that fits the boxes."""
    return int(rng.integers(0, min(10**boxes, 300)))


def _station(pairs: Sequence[str], rng: np.random.Generator) -> dict[str, int]:
    """Return every number that presidential, regional and older forms have in common, by name."""
    values: dict[str, int] = {}
    listed = int(np.clip(rng.normal(235, 48), 15, 300))
    turnout = float(np.clip(rng.beta(9, 2.2), 0.2, 1.0))
    _by_sex(values, "dpt", listed, rng)
    for sex in "lp":
        values[f"pengguna_dpt_{sex}"] = int(rng.binomial(values[f"dpt_{sex}"], turnout))
    ballots = listed + math.ceil(round(0.02 * listed, 9))
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
    _votes(values, pairs, rng)
    _older_names(values, rng)
    values.update(tgl_hari=int(rng.integers(14, 17)), tgl_bulan=2, tgl_tahun=2024)
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


def _votes(values: dict[str, int], pairs: Sequence[str], rng: np.random.Generator) -> None:
    """Share out the votes: some invalid, the others among the pairs, seldom all for one."""
    total = values["pengguna_j"]
    invalid = min(int(rng.negative_binomial(2, 2 / (2 + 5.0))), total)
    shares = rng.dirichlet(np.full(max(len(pairs), 1), 0.8 if rng.random() < 0.15 else 2.5))
    votes = rng.multinomial(total - invalid, shares)
    values.update({name: int(vote) for name, vote in zip(pairs, votes, strict=False)})
    values.update(suara_sah=total - invalid, suara_tidak_sah=invalid, suara_total=total)


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
