"""Decide a document: bring its pages together, check the rules between its numbers, draw the outcome.

What the ink says wins. A broken rule is reported and sends its numbers to people; it never changes a number.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.forms import FormTemplate
from pipeline.reading import DocumentReading, FieldReading, Outcome, PageReading, RuleReading, worst
from pipeline.reasons import Reason


def decide_document(name: str, pages: Sequence[PageReading], forms: Mapping[str, FormTemplate]) -> DocumentReading:
    """Return the reading of the document made of `pages`."""
    readable = [page for page in pages if page.outcome is not Outcome.REJECTED and page.form in forms]
    if not readable:
        return DocumentReading(name, None, tuple(pages), (), {}, (), Outcome.REJECTED, (Reason("no_page_read"),))
    form = forms[Counter(str(page.form) for page in readable).most_common(1)[0][0]]
    own = [page for page in readable if page.form == form.id]
    fields = merge_pages(own)
    rules = check_rules(form, fields)
    fields = _flagged(form, fields, rules)
    missing = tuple(page.number for page in form.pages if page.number not in {page.form_page for page in own})
    reasons = (*_page_reasons(pages, own, missing), *_rule_reasons(form, fields, rules))
    doubtful = any(reading.outcome is Outcome.REVIEW for reading in fields.values())
    unaccepted = worst(page.outcome for page in pages) is not Outcome.ACCEPTED
    outcome = Outcome.REVIEW if reasons or doubtful or unaccepted else Outcome.ACCEPTED
    return DocumentReading(name, form.id, tuple(pages), missing, fields, rules, outcome, reasons)


def merge_pages(pages: Sequence[PageReading]) -> dict[str, FieldReading]:
    """Return every number once; of two photographs of one page the surer reading counts, and disagreement shows."""
    fields: dict[str, FieldReading] = {}
    for page in sorted(pages, key=lambda page: page.form_page or 0):
        for name, reading in page.fields.items():
            fields[name] = _surer(fields[name], reading) if name in fields else reading
    return fields


def _surer(first: FieldReading, second: FieldReading) -> FieldReading:
    better, other = (first, second) if first.confidence >= second.confidence else (second, first)
    if better.value == other.value:
        return better
    reason = Reason("photographs_disagree", {"first": better.boxes, "second": other.boxes})
    return replace(better, outcome=Outcome.REVIEW, reasons=(reason, *better.reasons))


def check_rules(form: FormTemplate, fields: Mapping[str, FieldReading]) -> tuple[RuleReading, ...]:
    """Return for every rule whether it holds; None where a number that it needs is missing or unread."""
    values = {name: reading.value for name, reading in fields.items()}
    return tuple(RuleReading(rule.id, rule.parsed.holds(values), rule.severity) for rule in form.rules)


def _flagged(
    form: FormTemplate, fields: Mapping[str, FieldReading], rules: Iterable[RuleReading]
) -> dict[str, FieldReading]:
    """Put the numbers of every broken hard rule to review; their values stay as written."""
    flagged = dict(fields)
    for template, rule in zip(form.rules, rules, strict=True):
        if rule.holds is False and rule.severity == "hard":
            reason = _broken("rule_broken", template.label.en, template.label.id, fields, template.parsed.names)
            for name in template.parsed.names:
                known = flagged[name]
                flagged[name] = replace(known, outcome=Outcome.REVIEW, reasons=(*known.reasons, reason))
    return flagged


def _rule_reasons(
    form: FormTemplate, fields: Mapping[str, FieldReading], rules: Iterable[RuleReading]
) -> tuple[Reason, ...]:
    return tuple(
        _broken(
            "rule_broken" if rule.severity == "hard" else "rule_unusual",
            template.label.en,
            template.label.id,
            fields,
            template.parsed.names,
        )
        for template, rule in zip(form.rules, rules, strict=True)
        if rule.holds is False
    )


def _broken(
    code: str, english: str, indonesian: str, fields: Mapping[str, FieldReading], names: Iterable[str]
) -> Reason:
    written = ", ".join(f"{name} {fields[name].value}" for name in names)
    return Reason(code, {"rule": english, "aturan": indonesian, "written": written})


def _page_reasons(
    pages: Sequence[PageReading], own: Sequence[PageReading], missing: Sequence[int]
) -> tuple[Reason, ...]:
    """Return what is wrong with the set of pages itself."""
    reasons = []
    if missing:
        reasons.append(Reason("pages_missing", {"pages": ", ".join(map(str, missing))}))
    if rejected := sum(page.outcome is Outcome.REJECTED for page in pages):
        reasons.append(Reason("pages_rejected", {"count": rejected, "of": len(pages)}))
    if others := sorted({str(page.form) for page in pages if page.form and page not in own}):
        reasons.append(Reason("forms_mixed", {"forms": ", ".join(others)}))
    counts = Counter(page.form_page for page in own)
    if twice := sorted(str(number) for number, count in counts.items() if count > 1):
        reasons.append(Reason("pages_twice", {"pages": ", ".join(twice)}))
    return tuple(reasons)
