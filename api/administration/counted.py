"""What is counted and where: elections, the list of regions, and places that only documents name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.db.tables import Document, Election, Region, Tally
from api.regions.codes import LEVELS, NATION
from api.tabulation.amounts import FINAL, PAIR, RECEIVED
from api.tabulation.contribution import KEPT_DIGITS
from api.tabulation.elections import elections_of, pair_names, title_of
from api.tabulation.shares import number_of
from pipeline.forms import FormTemplate

UNLISTED = 50
"""Unlisted stations that one page shows."""


@dataclass(frozen=True, slots=True)
class ElectionLine:
    """An election and how far its stations are.

    Attributes:
        id: Its id.
        form: The form that it is counted on.
        title: Its title, by language.
        given: The titles that people gave it, by language; empty for those of its form.
        received: Stations with a page.
        final: Stations whose numbers all count.
        off: Whether it is off: on record, and neither listed nor counted in what is.
        main: Whether it is the one that is shown where none is named.
        pairs: Number and name of each pair of its form; the name is empty where nobody has given it.

    """

    id: str
    form: str
    title: Mapping[str, str]
    given: Mapping[str, str]
    received: int
    final: int
    off: bool
    main: bool
    pairs: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class UnlistedStation:
    """A station that a document names and no list does."""

    code: str
    documents: int


@dataclass(frozen=True, slots=True)
class Counted:
    """Elections and regions.

    Attributes:
        elections: All of them.
        levels: By level, how many regions the lists name.
        expected: Stations that the lists name.
        unlisted: Stations that no list names, the first of them.
        unlisted_count: How many there are.

    """

    elections: Sequence[ElectionLine]
    levels: Mapping[str, int]
    expected: int
    unlisted: Sequence[UnlistedStation]
    unlisted_count: int


def counted(session: Session, forms: Mapping[str, FormTemplate]) -> Counted:
    """Return elections and regions as they stand.

    Args:
        session: A reading session.
        forms: Templates, by id.

    """
    nation = session.get(Region, NATION)
    not_listed = (Region.level == "station", ~Region.listed)
    named = (
        select(Region.code, func.count(Document.id))
        .join(Document, Document.station == Region.code)
        .where(*not_listed, Document.moved_to.is_(None))
        .group_by(Region.code)
        .order_by(Region.code)
    )
    return Counted(
        elections=_elections(session, forms),
        levels=levels_of(session),
        expected=0 if nation is None else nation.stations,
        unlisted=[UnlistedStation(code, documents) for code, documents in session.execute(named.limit(UNLISTED))],
        unlisted_count=session.scalar(select(func.count()).select_from(named.subquery())) or 0,
    )


def levels_of(session: Session) -> dict[str, int]:
    """Return how many regions and stations the lists name, by level below the nation."""
    listed = select(Region.level, func.count()).where(Region.listed).group_by(Region.level)
    found = dict(iter(session.execute(listed)))
    return {level: found.get(level, 0) for level in LEVELS.values() if level != "nation"}


def _elections(session: Session, forms: Mapping[str, FormTemplate]) -> list[ElectionLine]:
    # The sums of regencies hold every station once.
    sums = (
        select(Tally.election_id, Tally.item, func.sum(Tally.amount))
        .where(Tally.digits == KEPT_DIGITS[0], Tally.item.in_((RECEIVED, FINAL)))
        .group_by(Tally.election_id, Tally.item)
    )
    amounts = {(election, item): int(amount) for election, item, amount in session.execute(sums)}
    known = elections_of(session)
    lines = [
        ElectionLine(
            id=row.id,
            form=row.form_id,
            title=title_of(row),
            given={"id": row.setting.title_id, "en": row.setting.title_en} if row.setting else {"id": "", "en": ""},
            received=amounts.get((row.id, RECEIVED), 0),
            final=amounts.get((row.id, FINAL), 0),
            off=known.is_off(row),
            main=known.is_main(row),
            pairs=_pairs(row, forms.get(row.form_id)),
        )
        for row in known.every
    ]
    return sorted(lines, key=lambda line: (not line.main, line.off, -line.received, line.id))


def _pairs(election: Election, form: FormTemplate | None) -> list[tuple[int, str]]:
    fields = [one.name for page in form.pages for one in page.numbers] if form else list(pair_names(election))
    names = pair_names(election)
    return [(number_of(field), names.get(field, "")) for field in fields if field.startswith(PAIR)]
