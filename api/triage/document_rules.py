"""The rules of a document as its numbers stand: which hold, and what its reasons say of those that do not.

A sum that does not hold although people confirmed its numbers is marked. The tally uses what is written, for the ink is
the officer's word; the mark stays with the document, and the station counts among those with a broken rule.

Sums within a page say whether it was read well. Sums between pages also break where one of them is of another station,
filed under a wrong code; so people are asked that before they look for a wrong digit.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from api.db.states import NumberState
from api.db.tables import Document, Number
from api.tabulation.amounts import COUNTED_STATES
from pipeline.decision.document import reason_of_rule
from pipeline.forms import FormTemplate, Rule
from pipeline.reasons import Reason

AS_WRITTEN, BROKEN, UNUSUAL = RULE_CODES = ("rule_as_written", "rule_broken", "rule_unusual")

CONTESTED = "station_contested"
"""That people still say which station a page is of."""

DISAGREE = "pages_disagree"
"""The question whether a page is of this station."""


def update_rules(
    document: Document, form: FormTemplate | None, numbers: Sequence[Number], contested: Collection[str]
) -> list[Rule]:
    """Bring the rules of a document, and its reasons that follow from them, in line with its numbers.

    Args:
        document: The document.
        form: Its form, where it is installed; else the reasons about rules stay as they are.
        numbers: All its numbers as they stand.
        contested: Its pages of which people still say where they belong.

    Returns:
        The hard rules that do not hold.

    """
    document.rules = _rules(form, numbers)
    known = {number.field: number for number in numbers}
    doubt = doubted_page(form, known)
    reasons = [
        *(rule_reasons(form, document, known) if form is not None else ()),
        *([Reason(CONTESTED)] if contested else ()),
        *([doubt[0]] if doubt is not None else ()),
    ]
    replaced = {CONTESTED, DISAGREE, *(RULE_CODES if form is not None else ())}
    others = [reason for reason in document.reasons if reason["code"] not in replaced]
    wanted = [*others, *(reason.to_json() for reason in reasons)]
    if wanted != list(document.reasons):  # a row that stays as it is is not written
        document.reasons = wanted
    broken = {rule["id"] for rule in document.rules if rule["holds"] is False and rule["severity"] == "hard"}
    return [rule for rule in (form.rules if form is not None else ()) if rule.id in broken]


def standing_value(number: Number) -> int | None:
    """Return what counts, or what the machine reads of a number that nobody has decided yet."""
    return number.value if number.state == NumberState.REVIEW else number.final


def is_broken(rule: Rule, values: Mapping[str, int | None]) -> bool:
    """Return whether a rule that must hold does not, as the numbers stand."""
    return rule.severity == "hard" and rule.parsed.holds(values) is False


def rule_reasons(form: FormTemplate, document: Document, numbers: Mapping[str, Number]) -> list[Reason]:
    """Return why a document is not simply right: its rules that do not hold, as its numbers stand now."""
    values = _values(numbers.values())
    broken = {rule["id"] for rule in document.rules if rule["holds"] is False}
    return [reason_of_rule(_code(rule, numbers), rule, values) for rule in form.rules if rule.id in broken]


def doubted_page(form: FormTemplate | None, numbers: Mapping[str, Number]) -> tuple[Reason, frozenset[str]] | None:
    """Return the question whether a page is of this station, and the numbers that it is about; None without cause.

    Args:
        form: The form, where it is installed.
        numbers: All numbers of a document, by field.

    """
    if form is None:
        return None
    page_of = {number.name: page.number for page in form.pages for number in page.numbers}
    values = _values(numbers.values())
    broken = [rule for rule in form.rules if is_broken(rule, values)]
    across = [(rule, pages) for rule in broken if len(pages := _pages(rule, page_of)) > 1]
    if not across:
        return None
    common = frozenset.intersection(*(pages for _, pages in across))
    involved = frozenset.union(*(pages for _, pages in across))
    details = {"pages": ", ".join(map(str, sorted(involved))), "page": min(common or involved)}
    return Reason(DISAGREE, details), frozenset(name for rule, _ in across for name in rule.parsed.names)


def _rules(form: FormTemplate | None, numbers: Sequence[Number]) -> list[dict[str, Any]]:
    """Return for every rule whether it holds for the numbers as they count now, or as read in review.

    `counts` tells of each whether every number of it counts; only then does it say anything of what is written.
    """
    values = _values(numbers)
    counted = {number.field for number in numbers if number.state in COUNTED_STATES and number.final is not None}
    return [
        {
            "id": rule.id,
            "holds": rule.parsed.holds(values),
            "severity": rule.severity,
            "counts": counted.issuperset(rule.parsed.names),
        }
        for rule in (form.rules if form is not None else ())
    ]


def _values(numbers: Iterable[Number]) -> dict[str, int | None]:
    return {number.field: standing_value(number) for number in numbers}


def _pages(rule: Rule, page_of: Mapping[str, int]) -> frozenset[int]:
    return frozenset(page_of[name] for name in rule.parsed.names if name in page_of)


def _code(rule: Rule, numbers: Mapping[str, Number]) -> str:
    """Return what to say of a rule that does not hold.

    Of a hard one of which every number counts and a person has decided one: that it is so as written.
    """
    if rule.severity != "hard":
        return UNUSUAL
    states = [numbers[name].state for name in rule.parsed.names]
    return AS_WRITTEN if NumberState.REVIEWED in states and all(state in COUNTED_STATES for state in states) else BROKEN
