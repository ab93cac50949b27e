"""Reasons of a document for rules that do not hold: as read, or as written and confirmed by people.

A sum that does not hold although people confirmed its numbers is marked. The tally uses what is written, for the ink is
the officer's word; the mark stays with the document, and the station counts among those with a broken rule.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from api.core.context import Records
from api.db.states import NumberState
from api.db.tables import Document, Number
from api.tabulation.amounts import COUNTED_STATES
from api.triage.rules import standing_value
from pipeline.decision.document import reason_of_rule
from pipeline.forms import FormTemplate, Rule
from pipeline.reasons import Reason

AS_WRITTEN, BROKEN, UNUSUAL = CODES = ("rule_as_written", "rule_broken", "rule_unusual")


def update_rule_reasons(records: Records, document: Document, numbers: Sequence[Number]) -> None:
    """Let the reasons of a document name the rules that do not hold now, in place of those that did not before.

    Args:
        records: Forms; of one that is not installed nothing is told anew.
        document: The document, its rules brought up to date.
        numbers: All its numbers as they stand.

    """
    form = records.forms.get(document.form_id or "")
    if form is None:
        return
    known = {number.field: number for number in numbers}
    replace_reasons(document, CODES, rule_reasons(form, document, known))


def replace_reasons(document: Document, codes: Collection[str], told: Iterable[Reason]) -> None:
    """Let the reasons of a document with these codes be the given ones; a row that stays as it is is not written."""
    others = [reason for reason in document.reasons if reason["code"] not in codes]
    reasons = [*others, *(reason.to_json() for reason in told)]
    if reasons != list(document.reasons):
        document.reasons = reasons


def rule_reasons(form: FormTemplate, document: Document, numbers: Mapping[str, Number]) -> list[Reason]:
    """Return why a document is not simply right: its rules that do not hold, as its numbers stand now."""
    values = {name: standing_value(number) for name, number in numbers.items()}
    broken = {rule["id"] for rule in document.rules if rule["holds"] is False}
    return [reason_of_rule(_code(rule, numbers), rule, values) for rule in form.rules if rule.id in broken]


def _code(rule: Rule, numbers: Mapping[str, Number]) -> str:
    """Return what to say of a rule that does not hold.

    Of a hard one of which every number counts and a person has decided one: that it is so as written.
    """
    if rule.severity != "hard":
        return UNUSUAL
    states = [numbers[name].state for name in rule.parsed.names]
    return AS_WRITTEN if NumberState.REVIEWED in states and all(state in COUNTED_STATES for state in states) else BROKEN
