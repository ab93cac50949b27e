"""The rules that a number takes part in, as trees of operations that a browser can evaluate while someone types."""

from collections.abc import Iterable

from api.db.tables import Number
from api.schemas.common import SumBody, Text
from api.schemas.desk import SumsBody
from api.triage.document_rules import standing_value
from pipeline.forms import FormTemplate, Rule


def sums_of(form: FormTemplate, field: str, numbers: Iterable[Number]) -> SumsBody:
    """Return the rules about a field, and what its other numbers are now."""
    rules = [rule for rule in form.rules if field in rule.parsed.names]
    values = {number.field: standing_value(number) for number in numbers}
    names = dict.fromkeys(name for rule in rules for name in rule.parsed.names)
    labels = {one.name: one.label for page in form.pages for one in page.numbers}
    return SumsBody(
        rules=[sum_of(rule) for rule in rules],
        values={name: values.get(name) for name in names},
        labels={name: Text(id=labels[name].id, en=labels[name].en) for name in names},
    )


def sum_of(rule: Rule) -> SumBody:
    """Return a rule as a browser evaluates it."""
    linear = rule.parsed.linear()
    left, right = rule.parsed.trees()
    return SumBody.model_validate(
        {
            "id": rule.id,
            "label": {"id": rule.label.id, "en": rule.label.en},
            "severity": rule.severity,
            "expression": rule.expression,
            "comparison": rule.parsed.comparison,
            "left": left,
            "right": right,
            "factors": None if linear is None else dict(linear[0]),
            "constant": None if linear is None else linear[1],
        }
    )
