"""The words of what a row is and how it stands, as columns, JSON and the API have them."""

from enum import StrEnum


class PageState(StrEnum):
    """How a page stands."""

    WAITING = "waiting"
    READING = "reading"  # a worker holds the lease
    READ = "read"
    REJECTED = "rejected"
    SET_ASIDE = "set_aside"  # it brought down its reader too often


class DocumentState(StrEnum):
    """How a document stands."""

    EMPTY = "empty"
    WAITING = "waiting"  # a page is still to be read
    ACCEPTED = "accepted"
    REVIEW = "review"
    REJECTED = "rejected"
    MOVED = "moved"  # its pages are in another document


class NumberState(StrEnum):
    """How a number counts: accepted and reviewed do, the others do not."""

    ACCEPTED = "accepted"  # by the machine
    REVIEW = "review"
    REVIEWED = "reviewed"  # a person confirmed or corrected it
    UNREADABLE = "unreadable"  # a person says that nobody can tell


SETTLED_BY_PEOPLE = frozenset({NumberState.REVIEWED, NumberState.UNREADABLE})
"""States of a number that people have settled."""


class AnswerKind(StrEnum):
    """What a person did at a number."""

    CONFIRM = "confirm"
    CORRECT = "correct"
    UNREADABLE = "unreadable"
    ESCALATE = "escalate"  # to a senior
    REOPEN = "reopen"  # back to what the machine read
    WITHDRAW = "withdraw"  # reopened by one who is no senior: it waits for a senior
    RESTORE = "restore"  # back to an earlier decision
    FLAG = "flag"  # people must look at it


class ItemKind(StrEnum):
    """What an item asks of a person."""

    REVIEW = "review"  # a first reading
    SECOND = "second"  # a blind reading by another person
    SENIOR = "senior"  # disagreement, or escalated
    GOLD = "gold"  # a hidden test
    AUDIT = "audit"  # of the sample of accepted numbers, blind


class ItemState(StrEnum):
    """How an item stands."""

    OPEN = "open"
    DONE = "done"
    CLOSED = "closed"  # its number no longer waits


class SnapshotState(StrEnum):
    """How a published file stands that was imported."""

    CURRENT = "current"
    REPLACED = "replaced"  # by a later one


class ConflictState(StrEnum):
    """How a conflict about a station stands."""

    OPEN = "open"
    SETTLED = "settled"
