"""A page that may be of another polling station: rules between pages do not hold.

Sums within a page say whether it was read well. Sums between pages also break where one of them is of another station,
filed under a wrong code; so people are asked that before they look for a wrong digit.
"""

from collections.abc import Iterable, Mapping

from api.db.tables import Document, Number
from api.triage.rule_reasons import replace_reasons
from api.triage.rules import is_broken, standing_value
from pipeline.forms import FormTemplate, Rule
from pipeline.reasons import Reason

DISAGREE = "pages_disagree"


def doubted_page(form: FormTemplate | None, numbers: Mapping[str, Number]) -> tuple[Reason, frozenset[str]] | None:
    """Return the question whether a page is of this station, and the numbers that it is about; None without cause.

    Args:
        form: The form, where it is installed.
        numbers: All numbers of a document, by field.

    """
    if form is None:
        return None
    page_of = {number.name: page.number for page in form.pages for number in page.numbers}
    values = {name: standing_value(one) for name, one in numbers.items()}
    broken = [rule for rule in form.rules if is_broken(rule, values)]
    across = [(rule, pages) for rule in broken if len(pages := _pages(rule, page_of)) > 1]
    if not across:
        return None
    common = frozenset.intersection(*(pages for _, pages in across))
    involved = frozenset.union(*(pages for _, pages in across))
    told = {"pages": ", ".join(map(str, sorted(involved))), "page": min(common or involved)}
    return Reason(DISAGREE, told), frozenset(name for rule, _ in across for name in rule.parsed.names)


def tell_doubted_page(document: Document, form: FormTemplate | None, numbers: Iterable[Number]) -> None:
    """Let the reasons of a document ask whether a page is of this station, where its sums between pages do not hold."""
    found = doubted_page(form, {number.field: number for number in numbers})
    replace_reasons(document, (DISAGREE,), [found[0]] if found else [])


def _pages(rule: Rule, page_of: Mapping[str, int]) -> frozenset[int]:
    return frozenset(page_of[name] for name in rule.parsed.names if name in page_of)
