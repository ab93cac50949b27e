"""A polling station as its page shows it: every number with its state and its ink, and what does not add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.core.language import Language
from api.db.states import NumberState, PageState
from api.db.tables import Document, Number, Page
from api.tabulation.shown import IN_REVIEW, shown_values
from api.tabulation.written_rules import written_rules
from api.triage.typed_numbers import is_typed
from pipeline.forms import FormTemplate

SIGNS: dict[str, str] = {
    NumberState.ACCEPTED: "accepted",
    NumberState.REVIEWED: "accepted",
    NumberState.REVIEW: "review",
    NumberState.UNREADABLE: "rejected",
}
"""How the state of a number looks."""


@dataclass(frozen=True, slots=True)
class ShownNumber:
    """A number of a station.

    Attributes:
        field: Its name on the form.
        label: What it is, in words.
        value: What counts; None where nothing does.
        boxes: What is written, one character a printed box. Nothing while people still decide: whoever reads it a
            second time must not have seen what the machine or a first reader says.
        state: accepted, review, reviewed or unreadable.
        sign: How the state looks.
        confidence: How sure the machine is of what it reads; None while people still decide, and where it read nothing.
        typed: Whether people typed what counts from the whole picture, and no machine read it.
        page: Id of the page that it was read from.

    """

    field: str
    label: str
    value: int | None
    boxes: str
    state: str
    sign: str
    confidence: float | None
    typed: bool
    page: str | None


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page of a station: its number on the form, None where its sheet was not found."""

    id: str
    form_page: int | None


@dataclass(frozen=True, slots=True)
class Station:
    """What is known of a station.

    Attributes:
        state: State of its document; None while nothing has come in.
        groups: Its numbers by page of the form.
        broken: The rules that do not hold as written, in words: every number of them counts.
        unchecked: The rules of which a number does not count yet, whatever was read of them.
        unusual: The rules that need not hold but mostly do, and here do not.
        pages: Its pages that were read.
        hidden: Number of its pages that have no public picture.
        missing: Pages of the form that nobody has brought.

    """

    state: str | None
    groups: Sequence[tuple[int, Sequence[ShownNumber]]]
    broken: Sequence[str]
    unchecked: Sequence[str]
    unusual: Sequence[str]
    pages: Sequence[ShownPage]
    hidden: int
    missing: Sequence[int]


def document_at(session: Session, election: str, station: str) -> Document | None:
    """Return the document of a station."""
    here = (Document.election_id == election, Document.station == station, Document.moved_to.is_(None))
    return session.scalars(select(Document).where(*here)).first()


def page_at(session: Session, election: str, station: str, page: str) -> Page | None:
    """Return a page, where it is filed under this station."""
    found = session.get(Page, page)
    document = document_at(session, election, station)
    return found if found is not None and document is not None and found.document_id == document.id else None


def station_at(
    session: Session, records: Records, election: str, code: str, language: Language, names: Mapping[str, str]
) -> Station:
    """Return what is known of a station, in one language; `names` are those of pairs, by field."""
    document = document_at(session, election, code)
    if document is None:
        return Station(None, [], [], [], [], [], 0, [])
    pages = session.scalars(select(Page).where(Page.document_id == document.id).order_by(Page.form_page)).all()
    found = [page for page in pages if page.state == PageState.READ and page.form_page is not None]
    form = records.forms.get(document.form_id or "")
    numbers = session.scalars(select(Number).where(Number.document_id == document.id).order_by(Number.field)).all()
    rules = written_rules(form, document.rules, numbers)

    def labels(severity: str, *, holds: bool | None) -> list[str]:
        return [rule.label[language.value] for rule in rules if (rule.severity, rule.holds) == (severity, holds)]

    return Station(
        state=document.state,
        groups=_groups(numbers, form, language, names),
        broken=labels("hard", holds=False),
        unchecked=labels("hard", holds=None),
        unusual=labels("soft", holds=False),
        pages=[ShownPage(page.id, page.form_page) for page in found],
        hidden=len(pages) - len(found),
        missing=document.missing_pages,
    )


def shown_number(
    number: Number, form: FormTemplate | None, language: Language, names: Mapping[str, str]
) -> ShownNumber:
    """Return a number as pages show it; a pair whose name is known with its name."""
    label, shown = label_of(form, number.field, language), shown_values(number)
    typed = is_typed(number) and number.state != IN_REVIEW
    return ShownNumber(
        field=number.field,
        label=f"{label} — {names[number.field]}" if number.field in names else label,
        value=shown.value,
        boxes=shown.boxes,
        state=number.state,
        sign=SIGNS.get(number.state, "review"),
        confidence=None if typed else shown.confidence,
        typed=typed,
        page=number.page_id,
    )


def label_of(form: FormTemplate | None, field: str, language: Language) -> str:
    """Return what a field is, in words; its name where the form is not installed any more."""
    for page in form.pages if form else ():
        for number in page.numbers:
            if number.name == field:
                return str(getattr(number.label, language.value))
    return field


def _groups(
    numbers: Sequence[Number], form: FormTemplate | None, language: Language, names: Mapping[str, str]
) -> list[tuple[int, list[ShownNumber]]]:
    left = {number.field: shown_number(number, form, language, names) for number in numbers}
    groups = []
    for page in form.pages if form else ():
        own = [left.pop(number.name) for number in page.numbers if number.name in left]
        if own:
            groups.append((page.number, own))
    return [*groups, (0, list(left.values()))] if left else groups
