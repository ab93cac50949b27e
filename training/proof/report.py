"""The tables of the proof in Markdown; every share with its count and its 95 % interval."""

import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pipeline.decision.contradiction import WITNESSES, named
from training.evaluation.metrics import share_text, upper_bound
from training.evaluation.split import Part
from training.proof.cases import Case
from training.proof.counting import LIKELY, SURE, DecisionCounts, WitnessCounts, decided, witnessed

BEGIN, END = "<!-- made by make proof: begin -->", "<!-- made by make proof: end -->"
"""Between these lines a document holds the table of sheets."""

FEWEST = 20
"""Pages of a kind from which a row of its own says something in the README; the others are taken together."""


def sheets(cases: Sequence[Case]) -> Iterator[str]:
    """Yield a row for each form, page and capture."""
    yield from _decisions("sheet, capture", _grouped(cases, lambda case: f"{case.sheet}, {case.capture}"))


def parts(cases: Sequence[Case]) -> Iterator[str]:
    """Yield a row for what nothing was learnt from, for what was, and for all."""
    known = {Part.TEST: "judges alone (test)", Part.CALIBRATE: "sets probabilities (calibrate)", Part.TRAIN: "taught"}
    groups = {name: [case for case in cases if case.part is part] for part, name in known.items()}
    yield from _decisions("part of the real pages", {**groups, "all": list(cases)})


def faults(cases: Sequence[Case]) -> Iterator[str]:
    """Yield a row for each thing that ails pictures; a picture that several things ail counts with each."""
    kinds = sorted({fault for case in cases for fault in case.ails})
    yield from _decisions("what ails it", {kind: [case for case in cases if kind in case.ails] for kind in kinds})


def witnesses(cases: Sequence[Case]) -> Iterator[str]:
    """Yield a row for each witness of each kind of sheet with `FEWEST` pages and more."""
    yield f"| sheet, capture | witness | states the number | wrong at {LIKELY} and more | wrong at {SURE} and more |"
    yield "|---|---|---|---|---|"
    for name, some in _grouped(cases, lambda case: f"{case.sheet}, {case.capture}").items():
        counts = witnessed(some) if len(some) >= FEWEST else {}
        for witness, one in counts.items():
            if one.numbers:
                wrong = share_text(one.likely_wrong, one.likely, 2), share_text(one.sure_wrong, one.sure, 2)
                right = share_text(one.right, one.numbers)
                yield f"| {name} | {named(witness, 'en')} | {right} | {' | '.join(wrong)} |"


def overview(cases: Sequence[Case]) -> Iterator[str]:
    """Yield the few rows of the README: kinds with `FEWEST` pages and more, and the rest together."""
    groups = _grouped(cases, lambda case: f"{case.sheet.rsplit(' ', 1)[0]}, {case.capture}")
    large = {name: some for name, some in groups.items() if len(some) >= FEWEST}
    rest = [case for name, some in groups.items() if name not in large for case in some]
    yield from _decisions("sheets", {**large, "others": rest, "all": list(cases)})


def gap(real: Sequence[Case], simulated: Mapping[str, Sequence[Case]]) -> Iterator[str]:
    """Yield the reality gap: for the decision and every witness the same figures on real and on simulated pages."""
    columns: dict[str, Sequence[Case]] = {"real": real, **simulated}
    counted = {name: (decided(cases), witnessed(cases)) for name, cases in columns.items()}
    yield "| | " + " | ".join(columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for label, share in _decision_rows():
        yield f"| {label} | " + " | ".join(share(counts) for counts, _ in counted.values()) + " |"
    for witness in WITNESSES:
        for label, share_of in _witness_rows(witness):
            yield f"| {label} | " + " | ".join(share_of(counts[witness]) for _, counts in counted.values()) + " |"


def _decision_rows() -> Iterable[tuple[str, Callable[[DecisionCounts], str]]]:
    return (
        ("pages found", lambda one: share_text(one.found, one.pages)),
        ("numbers right", lambda one: share_text(one.right, one.numbers)),
        ("accepted", lambda one: share_text(one.accepted, one.numbers)),
        ("wrong accepted", _wrong),
        ("false reports of contradictions", lambda one: share_text(one.reported, one.agreeing)),
    )


def _witness_rows(witness: str) -> Iterable[tuple[str, Callable[[WitnessCounts], str]]]:
    name = named(witness, "en")
    yield f"{name}: states the number", lambda one: share_text(one.right, one.numbers)
    yield f"{name}: wrong of those stated at {SURE} and more", lambda one: share_text(one.sure_wrong, one.sure, 2)
    if witness != "digits":
        yield f"{name}: contradicts a right number", lambda one: share_text(one.contradicting, one.numbers)


def _decisions(title: str, groups: Mapping[str, Sequence[Case]]) -> Iterator[str]:
    yield f"| {title} | found | numbers right | accepted | wrong accepted | false reports | seconds a page |"
    yield "|---|---|---|---|---|---|---|"
    for name, cases in groups.items():
        if cases:
            yield _row(name, decided(cases))


def _row(name: str, one: DecisionCounts) -> str:
    cells = (
        share_text(one.found, one.pages),
        share_text(one.right, one.numbers),
        share_text(one.accepted, one.numbers),
        _wrong(one),
        share_text(one.reported, one.agreeing),
        f"{statistics.median(one.seconds):.2f}",
    )
    return f"| {name} | {' | '.join(cells)} |"


def _wrong(one: DecisionCounts) -> str:
    if not one.accepted:
        return "none accepted"
    return (
        f"{one.wrong_accepted} of {one.accepted}, at most {100 * upper_bound(one.wrong_accepted, one.accepted):.2f} %"
    )


def _grouped(cases: Iterable[Case], kind: Callable[[Case], str]) -> dict[str, list[Case]]:
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(kind(case), []).append(case)
    return dict(sorted(groups.items()))


def put_into(text: str, lines: Iterable[str]) -> str:
    """Return a document with these lines between its marks `BEGIN` and `END`; unchanged where it has none."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        return text
    return f"{before}{begin}\n" + "\n".join(lines) + f"\n{end}{after}"
