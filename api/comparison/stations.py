"""One station as a whole: pages brought together, other sheets set aside, every published number judged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from api.comparison.kinds import Kind, Written, kinds_of
from api.comparison.published import PublishedStation
from api.comparison.verdict import Beside, Outcome, Support, Verdict, verdict_of
from api.comparison.work import KeptPhotograph
from api.tabulation.amounts import PAIR
from pipeline.decision import decide_document
from pipeline.forms import FormTemplate
from pipeline.reading import DocumentReading, FieldReading, PageReading
from pipeline.reading import Outcome as ReadOutcome
from pipeline.reasons import Reason

ROWS = (PAIR, "calon_", "partai_")
"""How fields begin that stand in rows below each other."""


@dataclass(frozen=True, slots=True)
class PageOf:
    """A page of a station: where it comes from, and what was read on it."""

    photograph: KeptPhotograph
    reading: PageReading


@dataclass(frozen=True, slots=True)
class JudgedNumber:
    """A published number with what became of it.

    Attributes:
        field: Its name.
        published: As published.
        verdict: What became of it.
        read: What its photograph says; None where none shows it.
        page: The page that shows it.
        kind: What kind of difference it is, where it differs.
        person: What people decided, where they did.

    """

    field: str
    published: int
    verdict: Verdict
    read: FieldReading | None = None
    page: PageOf | None = None
    kind: Kind | None = None
    person: int | None = None

    @property
    def written(self) -> int | None:
        """What stands on the page: what people decided, else what was read."""
        return self.person if self.person is not None or self.read is None else self.read.value


@dataclass(frozen=True, slots=True)
class JudgedStation:
    """A station with every published number judged.

    Attributes:
        published: What is published of it.
        numbers: In the order in which they stand on the form.
        form: Its form, where a page was read.
        unpublished: Numbers that its photographs show and nobody has published.

    """

    published: PublishedStation
    numbers: Sequence[JudgedNumber]
    form: FormTemplate | None = None
    unpublished: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """How stations are judged.

    Attributes:
        forms: Templates by id.
        family: The family of forms that the published figures are of; None where no page was read at all.
        threshold: Posterior from which a reading is sure.

    """

    forms: Mapping[str, FormTemplate]
    family: str | None
    threshold: float


@dataclass(frozen=True, slots=True)
class Aside:
    """Pages of a station that are no photographs of it, with the reason; by (hash, page of the file)."""

    reasons: Mapping[tuple[str, int], Reason] = field(default_factory=dict)

    def of(self, page: PageOf) -> Reason | None:
        """Return why a page is set aside."""
        return self.reasons.get((page.photograph.sha256, page.photograph.page))


def judge_station(
    published: PublishedStation,
    pages: Sequence[PageOf],
    aside: Aside,
    setting: Setting,
    reviewed: Mapping[str, int],
) -> JudgedStation:
    """Judge every published number of a station.

    Args:
        published: The station.
        pages: Its pages.
        aside: Those that show another sheet.
        setting: How it is judged.
        reviewed: What people decided, by field.

    """
    foreign = dict(_foreign(pages, aside, setting))
    own = [page for index, page in enumerate(pages) if index not in foreign]
    document = decide_document(published.code, [page.reading for page in own], setting.forms, setting.threshold)
    form = setting.forms.get(document.form or "")
    read = document.fields if form else {}
    unread = [page.reading.reasons for page in own if page.reading.outcome is ReadOutcome.REJECTED]
    absent = Absent(form, bool(own), [foreign[index] for index in sorted(foreign)], unread)
    beside = Beside(published.numbers, read, form.rules if form else (), setting.threshold, reviewed)
    numbers = [
        one if one.read is None else replace(one, page=_shows(own, one.field, document))
        for one in judge_numbers(beside, absent)
    ]
    required = {name for name in read if form and name not in form.optional}
    return JudgedStation(published, numbers, form, len(required - set(published.numbers)))


def judge_numbers(beside: Beside, absent: "Absent") -> list[JudgedNumber]:
    """Judge the published numbers of a station, in the order of its form, with the kinds of their differences.

    Args:
        beside: What is published of it, and what is read.
        absent: Why other numbers are not shown by any page of it.

    """
    support, form = Support(beside), absent.form
    numbers = [
        JudgedNumber(
            name, value, verdict_of(name, beside, support), beside.read[name], person=beside.reviewed.get(name)
        )
        if name in beside.read
        else JudgedNumber(name, value, absent.verdict(name))
        for name, value in _in_order(beside.published, form)
    ]
    return _with_kinds(numbers, form)


def _foreign(pages: Sequence[PageOf], aside: Aside, setting: Setting) -> Iterable[tuple[int, Reason]]:
    """Yield the pages that are no pages of this station's form: other sheets, and other forms."""
    for index, page in enumerate(pages):
        form = setting.forms.get(page.reading.form or "")
        if (reason := aside.of(page)) is not None:
            yield index, reason
        elif form is not None and setting.family is not None and form.family != setting.family:
            yield index, Reason("compare_other_form", {"form": form.title.en, "formulir": form.title.id})


@dataclass(frozen=True, slots=True)
class Absent:
    """Why no photograph shows a number.

    Attributes:
        form: The station's form, where a page of it was read.
        own: Whether it has a page of its own.
        foreign: Why others are not its own.
        unread: Why pages of its own cannot be read.
        waits: Whether a page of its own is still to be read.

    """

    form: FormTemplate | None
    own: bool
    foreign: Sequence[Reason] = ()
    unread: Sequence[tuple[Reason, ...]] = ()
    waits: bool = False

    def verdict(self, name: str) -> Verdict:
        """Return the verdict of a number that no page of the station shows."""
        if self.form is not None and name not in _names(self.form):
            return Verdict(Outcome.NO_PHOTOGRAPH, (Reason("compare_not_on_form"),))
        if self.waits:
            return Verdict(Outcome.QUESTION)
        if self.foreign:
            return Verdict(Outcome.OTHER_STATION, tuple(self.foreign))
        if self.unread:
            return Verdict(Outcome.UNREADABLE, self.unread[0])
        code = "compare_page_missing" if self.own else "compare_station_without_photograph"
        return Verdict(Outcome.NO_PHOTOGRAPH, (Reason(code),))


def _names(form: FormTemplate) -> list[str]:
    return [number.name for page in form.pages for number in page.numbers]


def _in_order(numbers: Mapping[str, int], form: FormTemplate | None) -> list[tuple[str, int]]:
    """Return published numbers in the order of the form; those that it lacks come last."""
    names = _names(form) if form else []
    order = {name: index for index, name in enumerate(names)}
    return sorted(numbers.items(), key=lambda one: (order.get(one[0], len(order)), one[0]))


def _shows(pages: Sequence[PageOf], name: str, document: DocumentReading) -> PageOf | None:
    """Return the page whose reading of a number was taken: of two photographs the one that has its place."""
    region = document.fields[name].region
    showing = [page for page in pages if name in page.reading.fields]
    exact = [page for page in showing if page.reading.fields[name].region == region]
    return next(iter(exact or showing), None)


def _with_kinds(numbers: Sequence[JudgedNumber], form: FormTemplate | None) -> list[JudgedNumber]:
    """Return the numbers with the kinds of their differences."""
    sure = (Outcome.AGREES, Outcome.DIFFERS)
    written = {
        one.field: Written(one.written, one.read.boxes)
        for one in numbers
        if one.verdict.outcome in sure and one.read is not None and one.written is not None
    }
    order = [name for name in _names(form) if name.startswith(ROWS)] if form else []
    kinds = kinds_of({one.field: one.published for one in numbers}, written, order)
    return [replace(one, kind=kinds[one.field]) if one.field in kinds else one for one in numbers]
