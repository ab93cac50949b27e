"""What the rules of a form say of a station on paper: only of numbers that count.

A rule that does not hold by what the machine read may be the machine's own mistake. So it is told to hold, or not to
hold as written, only where every number of it counts; of any other nobody can say yet, and not even how it looks now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from api.tabulation.contribution import Standing, counts
from pipeline.forms import FormTemplate


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """A rule and whether it holds on paper.

    Attributes:
        id: Its id.
        label: What it says, by language; its id where the form is not installed any more.
        severity: hard, or soft where it need not hold.
        holds: Whether it holds as written; None where that cannot be checked yet.

    """

    id: str
    label: Mapping[str, str]
    severity: Literal["hard", "soft"]
    holds: bool | None


def written_rules(
    form: FormTemplate | None, rules: Sequence[Mapping[str, Any]], numbers: Iterable[Standing]
) -> list[WrittenRule]:
    """Return every rule of a document.

    Args:
        form: Its form, where it is installed.
        rules: Its rules as they are on record; they are asked where the form is not there.
        numbers: All its numbers as they stand.

    """
    known = list(numbers)
    if form is None:
        whole = all(counts(number) for number in known)
        return [
            WrittenRule(
                rule["id"],
                {"id": rule["id"], "en": rule["id"]},
                rule["severity"],
                rule["holds"] if rule.get("counts", whole) else None,
            )
            for rule in rules
        ]
    values = {number.field: number.final for number in known if counts(number)}
    return [
        WrittenRule(rule.id, {"id": rule.label.id, "en": rule.label.en}, rule.severity, rule.parsed.holds(values))
        for rule in form.rules
    ]
