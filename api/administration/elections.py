"""Set which elections are on, under which titles, and the names of their pairs. Each change is a link of the chain."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.tables import Election, ElectionSetting
from api.ledger.append import record_event
from api.tabulation.amounts import PAIR
from pipeline.errors import UsageError

LONGEST = 120
"""Characters of a title or of the name of a pair."""

_PLAIN = re.compile(r"[^\x00-\x1f\x7f]*")
_PAIR = re.compile(rf"{PAIR}[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class ElectionChange:
    """What is to be different about an election; None leaves it as it is.

    Attributes:
        is_on: Whether it is listed and linked.
        main: Whether it is the one that is shown where none is named; the main one is on.
        title_id, title_en: Its titles; empty for those of its form.
        pairs: Names of pairs by field; an empty one takes a name away. Those not named here stay.
        differences: Whether everyone who sees the results sees what is published beside them.

    """

    is_on: bool | None = None
    main: bool | None = None
    title_id: str | None = None
    title_en: str | None = None
    pairs: Mapping[str, str] | None = None
    differences: bool | None = None


def change_election(session: Session, actor: str, election_id: str, change: ElectionChange) -> ElectionSetting:
    """Change what is said of an election; where it becomes the main one, no other is.

    Args:
        session: A writing session.
        actor: Id of the person who says so.
        election_id: Of which election.
        change: What is to be different.

    Raises:
        UsageError: `election_unknown`, `election_text` or `election_pair`.

    """
    election = session.get(Election, election_id)
    if election is None:
        raise UsageError("election_unknown", seen=election_id[:80])
    setting = session.get(ElectionSetting, election_id, with_for_update=True)
    before = None if setting is None else facts_of(setting)
    if setting is None:
        setting = ElectionSetting(
            election_id=election_id, is_on=True, main=False, title_id="", title_en="", pairs={}, differences=False
        )
        session.add(setting)
    _apply(setting, change)
    if setting.main:
        _only_main(session, actor, election_id)
    if facts_of(setting) != before:
        record_event(session, "election_set", actor, f"election:{election_id}", facts_of(setting))
    return setting


def facts_of(setting: ElectionSetting) -> dict[str, Any]:
    """Return what is said of an election, as its event tells it."""
    return {
        "on": setting.is_on,
        "main": setting.main,
        "title_id": setting.title_id,
        "title_en": setting.title_en,
        "pairs": dict(setting.pairs),
        "differences": setting.differences,
    }


def _apply(setting: ElectionSetting, change: ElectionChange) -> None:
    if change.is_on is not None:
        setting.is_on = change.is_on
    if change.main is not None:
        setting.main = change.main
    if setting.main and change.is_on is None:
        setting.is_on = True
    setting.main = setting.main and setting.is_on
    if change.differences is not None:
        setting.differences = change.differences
    if change.title_id is not None:
        setting.title_id = _text(change.title_id)
    if change.title_en is not None:
        setting.title_en = _text(change.title_en)
    if change.pairs is not None:
        named = {**setting.pairs, **{_field(field): _text(name) for field, name in change.pairs.items()}}
        setting.pairs = {field: name for field, name in sorted(named.items()) if name}


def _only_main(session: Session, actor: str, election_id: str) -> None:
    """Let no other election be the main one."""
    others = select(ElectionSetting).where(ElectionSetting.main, ElectionSetting.election_id != election_id)
    for other in session.scalars(others.with_for_update()):
        other.main = False
        record_event(session, "election_set", actor, f"election:{other.election_id}", facts_of(other))


def _text(given: str) -> str:
    text = given.strip()
    if len(text) > LONGEST or not _PLAIN.fullmatch(text):
        raise UsageError("election_text", seen=text[:40], limit=LONGEST)
    return text


def _field(field: str) -> str:
    if not _PAIR.fullmatch(field):
        raise UsageError("election_pair", seen=field[:40])
    return field
