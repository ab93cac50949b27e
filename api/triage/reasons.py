"""Why a number is in review: what the machine said when it was read, and what holds as the numbers stand now.

The machine's reasons are of the moment when it decided. A sum may have broken since, because people decided its other
numbers; and a number that the machine accepted came to people by people.
"""

from collections.abc import Mapping
from typing import Any

from api.db.tables import Number
from api.triage.document_rules import BROKEN, doubted_page, is_broken, standing_value
from pipeline.decision.document import reason_of_rule
from pipeline.forms import FormTemplate
from pipeline.reasons import Reason


def reasons_now(number: Number, form: FormTemplate | None, numbers: Mapping[str, Number]) -> list[dict[str, Any]]:
    """Return the reasons of a number in review; never none.

    Args:
        number: The number.
        form: Its form, where it is installed.
        numbers: All numbers of its document, by field.

    """
    found = [dict(reason) for reason in number.reasons]
    if form is not None and not any(reason["code"] == BROKEN for reason in found):
        found += _broken_sums(number.field, form, numbers)
    doubt = doubted_page(form, numbers)
    if doubt is not None and number.field in doubt[1]:
        found.append(doubt[0].to_json())
    return found or [Reason("number_unsettled").to_json()]


def _broken_sums(field: str, form: FormTemplate, numbers: Mapping[str, Number]) -> list[dict[str, Any]]:
    """Return a reason for every hard rule about a field that does not hold as the numbers stand."""
    values = {name: standing_value(one) for name, one in numbers.items()}
    return [
        reason_of_rule(BROKEN, rule, values).to_json()
        for rule in form.rules
        if field in rule.parsed.names and is_broken(rule, values)
    ]
