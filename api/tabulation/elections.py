"""Which elections are listed, which is shown where none is named, and the names of their pairs.

An election is on where people say so. While nobody has turned one on, all are that nobody has turned off. Pages of one
that is off stay on record; it is neither listed nor counted in anything that is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from api.db.tables import Election, StationCount, Tally
from api.tabulation.amounts import PAIR, RECEIVED
from api.tabulation.contribution import KEPT_DIGITS
from pipeline.errors import UsageError


@dataclass(frozen=True, slots=True)
class Elections:
    """All elections, as they are shown.

    Attributes:
        every: All of them, by id.
        listed: Those that are on and of which a page came in, by id.
        aside: Those that are off and of which a page came in, by id.
        main: The one that is shown where none is named; None where nothing says which.

    """

    every: Sequence[Election]
    listed: Sequence[Election]
    aside: Sequence[Election]
    main: Election | None

    def is_off(self, election: Election) -> bool:
        """Return whether an election is off."""
        return not _is_on(election, self.every)

    def is_main(self, election: Election) -> bool:
        """Return whether an election is the one that is shown where none is named."""
        return self.main is not None and self.main.id == election.id

    def find(self, wanted: str | None, *, aside: bool) -> Election:
        """Return an election by its id, or the main one.

        Args:
            wanted: Its id; None for the main one.
            aside: Whether one that is off may be looked at.

        Raises:
            UsageError: `election_unknown`, `election_none`, or `election_needed` of several of which none has a page.

        """
        if wanted is not None:
            for election in self.every:
                if election.id == wanted and (aside or not self.is_off(election)):
                    return election
            raise UsageError("election_unknown", seen=wanted[:80])
        if self.main is not None:
            return self.main
        if not self.every:
            raise UsageError("election_none")
        raise UsageError("election_needed", known=", ".join(election.id for election in self.every))


def elections_of(session: Session) -> Elections:
    """Return all elections, as they are shown."""
    every = _every(session)
    there = set(_there(session))
    on = [one for one in every if _is_on(one, every)]
    listed = [one for one in on if one.id in there]
    aside = [one for one in every if one.id in there and one not in on]
    return Elections(every, listed, aside, _main(session, on, listed))


def election_for(session: Session, wanted: str | None, *, aside: bool = False) -> Election:
    """Return what `Elections.find` returns of all elections, and raise what it raises."""
    return elections_of(session).find(wanted, aside=aside)


def is_off(session: Session, election: Election) -> bool:
    """Return whether an election is off, without asking which pages came in."""
    return not _is_on(election, _every(session))


def title_of(election: Election) -> Mapping[str, str]:
    """Return the title of an election, by language: what people call it, else that of its form."""
    setting = election.setting
    return {
        "id": (setting.title_id if setting else "") or election.title_id,
        "en": (setting.title_en if setting else "") or election.title_en,
    }


def pair_names(election: Election) -> Mapping[str, str]:
    """Return the names of pairs by their field, of those that have one."""
    return election.setting.pairs if election.setting else {}


def named_pair(election: Election, field: str) -> str | None:
    """Return a pair as people know it, "1 — NAME"; None where nobody has given its name, or it is no pair."""
    name = pair_names(election).get(field)
    return f"{field.removeprefix(PAIR)} — {name}" if name else None


def _every(session: Session) -> Sequence[Election]:
    return session.scalars(select(Election).options(selectinload(Election.setting)).order_by(Election.id)).all()


def _is_on(election: Election, every: Sequence[Election]) -> bool:
    if election.setting is not None:
        return election.setting.is_on
    return not any(one.setting is not None and one.setting.is_on for one in every)


def _main(session: Session, on: Sequence[Election], listed: Sequence[Election]) -> Election | None:
    """Return what people call the main one, else the listed one with most stations, else the only one there is."""
    for election in on:
        if election.setting is not None and election.setting.main:
            return election
    if len(listed) > 1:
        stations = _stations(session)
        return max(listed, key=lambda one: stations.get(one.id, 0))
    if listed:
        return listed[0]
    chosen = [one for one in on if one.setting is not None]
    return chosen[0] if chosen else on[0] if len(on) == 1 else None


def _there(session: Session) -> Sequence[str]:
    """Return the elections of which a page came in for a station."""
    counted = select(StationCount.election_id).where(StationCount.election_id == Election.id).exists()
    return session.scalars(select(Election.id).where(counted)).all()


def _stations(session: Session) -> Mapping[str, int]:
    """Return by election how many stations have come in; the sums of regencies hold every station once."""
    received = (
        select(Tally.election_id, func.sum(Tally.amount))
        .where(Tally.digits == KEPT_DIGITS[0], Tally.item == RECEIVED)
        .group_by(Tally.election_id)
    )
    return {election: int(amount) for election, amount in session.execute(received)}
