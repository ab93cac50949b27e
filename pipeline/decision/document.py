"""Decide a document: bring its pages together, check the rules between its numbers, draw the outcome.

What the ink says wins: rules only choose among the values that it leaves open, and then people look. A broken rule is
reported and sends its numbers to people; it never changes a number whose ink is clear.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.decision.acceptance import decide_number
from pipeline.decision.joint import NOTHING_KNOWN, posteriors
from pipeline.evidence import NumberEvidence
from pipeline.forms import FormTemplate, Rule
from pipeline.reading import DocumentReading, FieldReading, Outcome, PageReading, RuleReading
from pipeline.reasons import ADVICE, Reason


def decide_document(
    name: str, pages: Sequence[PageReading], forms: Mapping[str, FormTemplate], threshold: float
) -> DocumentReading:
    """Return the reading of the document made of `pages`.

    Args:
        name: Of the document.
        pages: Its pages, in the order of the files.
        forms: Templates by id.
        threshold: Posterior from which a number is accepted.

    """
    readable = [page for page in pages if page.outcome is not Outcome.REJECTED and page.form in forms]
    if not readable:
        return DocumentReading(name, None, tuple(pages), (), {}, (), Outcome.REJECTED, (Reason("no_page_read"),))
    form = form_of(readable, forms)
    pages = [as_page_of(page, form, forms) for page in pages]
    own = [page for page in pages if page.outcome is not Outcome.REJECTED and page.form == form.id]
    fields = _decided(form, own, threshold)
    rules = check_rules(form, fields)
    fields = _flagged(form, fields, rules)
    missing = tuple(page.number for page in form.pages if page.number not in {page.form_page for page in own})
    of_pages = _page_reasons(pages, own, missing)
    reasons = (*of_pages, *_rule_reasons(form, fields, rules))
    optional = form.optional
    broken = any(
        rule.holds is False and not optional.issuperset(template.parsed.names)
        for template, rule in zip(form.rules, rules, strict=True)
    )
    doubtful = any(reading.outcome is Outcome.REVIEW for name, reading in fields.items() if name not in optional)
    unaccepted = any(page.outcome is Outcome.REJECTED or _matters(page.reasons) for page in pages)
    outcome = Outcome.REVIEW if of_pages or broken or doubtful or unaccepted else Outcome.ACCEPTED
    return DocumentReading(name, form.id, tuple(pages), missing, fields, rules, outcome, reasons)


def _matters(reasons: Iterable[Reason]) -> bool:
    """Whether something other than advice was said of a page."""
    return any(reason.code not in ADVICE for reason in reasons)


def form_of(pages: Sequence[PageReading], forms: Mapping[str, FormTemplate]) -> FormTemplate:
    """Return the form that most of the pages belong to; of variants of one form, the one that fits most of them.

    A page that looks the same in several variants was taken for the first of them; another page of the same document
    may tell which it really is.
    """
    counts = Counter(str(page.form) for page in pages)
    families = Counter(forms[str(page.form)].family for page in pages)
    family = families.most_common(1)[0][0]
    stated = [form for form, _ in counts.most_common() if forms[form].family == family]
    if len(stated) == 1:
        return forms[stated[0]]
    fitting = {form: sum(as_page_of(page, forms[form], forms).form == form for page in pages) for form in stated}
    return forms[max(stated, key=lambda form: (fitting[form], -len(forms[form].pages)))]


def as_page_of(page: PageReading, form: FormTemplate, forms: Mapping[str, FormTemplate]) -> PageReading:
    """Return a page as one of `form`, where that has the same tag and the same numbers in the same places."""
    known = forms.get(page.form or "")
    if known is None or known.id == form.id or known.family != form.family or page.form_page is None:
        return page
    shown = known.page(page.form_page)
    for own in form.pages:
        if (own.tag, own.frames) == (shown.tag, shown.frames):
            return replace(page, form=form.id, form_page=own.number)
    return page


def _decided(form: FormTemplate, pages: Sequence[PageReading], threshold: float) -> dict[str, FieldReading]:
    """Return every number once, decided under all pages and rules; what two photographs disagree about shows."""
    readings, evidence, disagreements = merge_pages(pages)
    # What nobody has read weighs in no sum: it would only spread the doubt about itself.
    found = posteriors({name: number for name, number in evidence.items() if not number.unread}, form.rules)
    fields = {}
    for field in (field for page in form.pages for field in page.numbers if field.name in readings):
        decision = decide_number(field, evidence[field.name], found.get(field.name, NOTHING_KNOWN), threshold)
        reasons = (*disagreements.get(field.name, ()), *decision.reasons)
        fields[field.name] = replace(
            readings[field.name],
            value=decision.value,
            boxes=decision.boxes,
            confidence=decision.confidence,
            outcome=Outcome.REVIEW if reasons else Outcome.ACCEPTED,
            reasons=reasons,
        )
    return fields


def merge_pages(
    pages: Sequence[PageReading],
) -> tuple[dict[str, FieldReading], dict[str, NumberEvidence], dict[str, tuple[Reason, ...]]]:
    """Return readings, evidence and disagreements by number: of two photographs of one page the surer counts."""
    readings: dict[str, FieldReading] = {}
    evidence: dict[str, NumberEvidence] = {}
    disagreements: dict[str, tuple[Reason, ...]] = {}
    for page in pages:
        for name, reading in page.fields.items():
            known = readings.get(name)
            if known is not None and page.evidence[name].unread:
                continue  # a picture that people type from contradicts no photograph that was read
            silent = known is not None and evidence[name].unread
            if known is not None and not silent and known.value != reading.value:
                disagreements[name] = (Reason("photographs_disagree", {"first": known.boxes, "second": reading.boxes}),)
            if known is None or silent or reading.confidence > known.confidence:
                readings[name], evidence[name] = reading, page.evidence[name]
    return readings, evidence, disagreements


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
            reason = _broken("rule_broken", template, fields)
            for name in template.parsed.names:
                known = flagged[name]
                flagged[name] = replace(known, outcome=Outcome.REVIEW, reasons=(*known.reasons, reason))
    return flagged


def _rule_reasons(
    form: FormTemplate, fields: Mapping[str, FieldReading], rules: Iterable[RuleReading]
) -> tuple[Reason, ...]:
    return tuple(
        _broken("rule_broken" if rule.severity == "hard" else "rule_unusual", template, fields)
        for template, rule in zip(form.rules, rules, strict=True)
        if rule.holds is False
    )


def _broken(code: str, rule: Rule, fields: Mapping[str, FieldReading]) -> Reason:
    return reason_of_rule(code, rule, {name: reading.value for name, reading in fields.items()})


def reason_of_rule(code: str, rule: Rule, values: Mapping[str, int | None]) -> Reason:
    """Return the reason that a rule does not hold, with what is written.

    Args:
        code: `rule_broken`, `rule_unusual` or `rule_as_written`.
        rule: The rule.
        values: What each of its numbers says, by field; those of other numbers do no harm.

    """
    written = ", ".join(f"{name} {values[name]}" for name in rule.parsed.names)
    return Reason(code, {"rule": rule.label.en, "aturan": rule.label.id, "written": written})


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
