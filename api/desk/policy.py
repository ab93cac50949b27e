"""When a second person must read a number blind, and how often hidden tests and audits are mixed in."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.core.settings import Settings
from api.db.tables import Number
from api.desk.chance import drawn_once
from api.triage.typed_numbers import is_typed

CONFIDENT = 0.99
"""From this confidence on, a person who reads another number than the machine is checked by a second one."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Shares, and the chance that draws by them.

    Attributes:
        second_share: Share of first readings that a second person reads too, whatever they say.
        gold_share: Share of items that are hidden tests.
        audit_share: Share of items that come from an audit while other work waits.
        alone: Whether nobody but this person is there (a machine without accounts): then nobody is asked twice.
        chance: Gives a number from 0 to 1.

    """

    second_share: float = 0.05
    gold_share: float = 0.02
    audit_share: float = 0.2
    alone: bool = False
    chance: Callable[[], float] = secrets.SystemRandom().random

    def drawn(self, share: float) -> bool:
        """Return whether chance picks this one, of which `share` are picked."""
        return self.chance() < share


def policy_of(settings: Settings, *, alone: bool) -> Policy:
    """Return the policy that the settings ask for."""
    return Policy(settings.second_reading_share, settings.gold_share, settings.audit_share, alone)


def needs_second(session: Session, policy: Policy, number: Number, value: int | None) -> bool:
    """Return whether a first reading must be confirmed by a second person before it counts.

    What people type from the whole picture always must: no machine stands beside the first reader.
    Chance is drawn once for a number, not for an answer: who takes an answer back and gives it again draws nothing new.

    Args:
        session: A writing session.
        policy: Shares.
        number: The number as it stood before.
        value: What the person reads; None where they read nothing.

    """
    if policy.alone:
        return False
    return is_typed(number) or contradicts(number, value) or drawn_once(session, "second", number) < policy.second_share


def contradicts(number: Number, value: int | None) -> bool:
    """Return whether a person's reading contradicts a machine that was confident of its own."""
    confident = number.outcome == "accepted" or number.confidence >= CONFIDENT
    return confident and value != number.value
