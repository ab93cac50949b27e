"""Whether contradictions that were planted in simulated documents are reported at the right number, and no others."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.forms import FormTemplate, Rule
from pipeline.reading import DocumentReading
from training.evaluation.metrics import wilson

MARKS = {
    "tally": "tally",
    "row_sums": "row sums",
    "bubbles": "bubbles",
    "unmarked": "bubbles",
    "twice": "bubbles",
    "words": "words",
}
"""What an officer marks wrongly, as the truth calls it (`NAME-tally`...), and the witness that this is."""


@dataclass
class Contradictions:
    """What was planted and what was reported.

    Attributes:
        reported: Of every kind of contradiction, how many were reported at the right number.
        planted: Of every kind, how many there are.
        missed: Which were not, as `DOCUMENT: ERROR`.
        alarms: Numbers, read rightly, whose witnesses were reported to disagree though none was marked wrongly.
        quiet: Numbers read rightly of which no witness was marked wrongly.

    """

    reported: Counter[str] = field(default_factory=Counter)
    planted: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    quiet: int = 0

    @property
    def whole(self) -> tuple[int, int]:
        """Return how many were reported, of how many."""
        return self.reported.total(), self.planted.total()

    def lines(self) -> list[str]:
        """Return the counts with 95 % intervals as text."""
        kinds = sorted(self.planted)
        rows = [("planted reported", *self.whole), *((f"  {k}", self.reported[k], self.planted[k]) for k in kinds)]
        rows.append(("false reports", len(self.alarms), self.quiet))
        return [f"{name:18} {_rate(part, whole)}" for name, part, whole in rows]


def contradictions(
    cases: Iterable[tuple[DocumentReading, Mapping[str, int | None], Sequence[str]]], form: FormTemplate
) -> Contradictions:
    """Compare readings with the values and the errors that are true of their documents."""
    rules = {rule.id: rule for rule in form.rules}
    found = Contradictions()
    for reading, values, errors in cases:
        for error in errors:
            kind = "rules" if error in rules else MARKS[error.rsplit("-", 1)[1]]
            found.planted[kind] += 1
            if is_reported(reading, error, rules):
                found.reported[kind] += 1
            else:
                found.missed.append(f"{reading.document}: {error}")
        wrong = {error.rsplit("-", 1)[0] for error in errors if error not in rules}
        for name, number in reading.fields.items():
            if name in wrong or number.value is None or number.value != values.get(name):
                continue
            found.quiet += 1
            if disagree(reading, name):
                found.alarms.append(f"{reading.document} {name}")
    return found


def is_reported(reading: DocumentReading, error: str, rules: Mapping[str, Rule]) -> bool:
    """Whether a planted error is reported: a broken rule at all its numbers, a wrong mark at its own."""
    if error not in rules:
        return disagree(reading, error.rsplit("-", 1)[0])
    broken = {rule.id for rule in reading.rules if rule.holds is False}
    names = [name for name in rules[error].parsed.names if name in reading.fields]
    flagged = all({"rule_broken", "rule_unusual"} & _codes(reading, name) for name in names)
    return error in broken and (flagged or rules[error].severity == "soft")


def disagree(reading: DocumentReading, name: str) -> bool:
    """Return whether a number's witnesses were reported to disagree."""
    return "witnesses_disagree" in _codes(reading, name)


def _codes(reading: DocumentReading, name: str) -> set[str]:
    return {reason.code for reason in reading.fields[name].reasons} if name in reading.fields else set()


def _rate(part: int, whole: int) -> str:
    low, high = wilson(part, whole)
    return f"{part} of {whole} = {part / max(1, whole):.5f} ({low:.5f} to {high:.5f})"
