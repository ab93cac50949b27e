"""As written, and consistent: two things. A sum that does not hold although people confirmed its numbers is marked.

The tally uses what is written, for the ink is the officer's word; the mark stays with the document, and the station
counts among those with a broken rule.
"""

from collections.abc import Sequence

from api.counting.amounts import COUNTED_STATES
from api.db.tables import Document, Number
from api.records import Records
from pipeline.decision.document import reason_of_rule
from pipeline.forms import Rule

CODE = "rule_as_written"


def mark_as_written(records: Records, document: Document, numbers: Sequence[Number]) -> None:
    """Add a reason for every hard rule that is broken by numbers which all count, and of which people confirmed some.

    Args:
        records: Forms.
        document: The document, its rules brought up to date.
        numbers: All its numbers as they stand.

    """
    others = [reason for reason in document.reasons if reason["code"] != CODE]
    form = records.forms.get(document.form_id or "")
    broken = {rule["id"] for rule in document.rules if rule["holds"] is False and rule["severity"] == "hard"}
    known = {number.field: number for number in numbers}
    rules = form.rules if form else ()
    marked = [_reason(rule, known) for rule in rules if rule.id in broken and _confirmed(rule, known)]
    if others + marked != list(document.reasons):
        document.reasons = others + marked


def _confirmed(rule: Rule, numbers: dict[str, Number]) -> bool:
    """Tell whether every number of a rule counts, and a person has decided one of them."""
    states = [numbers[name].state for name in rule.parsed.names if name in numbers]
    return "reviewed" in states and all(state in COUNTED_STATES for state in states)


def _reason(rule: Rule, numbers: dict[str, Number]) -> dict[str, object]:
    return reason_of_rule(CODE, rule, {name: number.final for name, number in numbers.items()}).to_json()
