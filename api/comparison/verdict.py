"""What becomes of one published number beside what its photograph says. Pure: no files, no database.

Every published number ends in exactly one outcome. A difference is stated only where the ink is sure by the threshold
of acceptance, and where nothing on the page speaks for the published figure: what another witness says, or what the
form's own sums want where they are broken in the ink. There the page contradicts itself; an officer's error is not the
publisher's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.decision.contradiction import REPORTED, named
from pipeline.forms import Rule
from pipeline.reading import FieldReading
from pipeline.reasons import Reason

SURE_ENOUGH_TO_AGREE = 0.9
"""A reading below it agrees with nothing: that it says the published figure is a guess, which people check."""

OF_THE_PAGE, OF_A_WITNESS = "rule_broken", "witnesses_disagree"
"""Reasons for review that do not doubt the ink in the boxes: a sum of the form, and another mark beside them. The
latter is let pass only where a further witness says, with `CORROBORATED`, what the boxes say."""

CORROBORATED = 0.9


class Outcome(StrEnum):
    """What becomes of a published number."""

    AGREES = "agrees"
    DIFFERS = "differs"
    QUESTION = "question"
    PAGE_CONTRADICTS = "page_contradicts"
    UNREADABLE = "unreadable"
    NO_PHOTOGRAPH = "no_photograph"
    OTHER_STATION = "other_station"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one published number.

    Attributes:
        outcome: One of seven.
        reasons: Why, weightiest first; none where it agrees or differs.

    """

    outcome: Outcome
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """A station's published numbers and the reading beside them.

    Attributes:
        published: By field.
        read: By field; only what photographs of this station show.
        rules: Of its form.
        threshold: Posterior from which a reading is sure.
        reviewed: Numbers that people have decided, by field.
        given: What becomes of numbers by something else than ink and figures: people still decide them, say.

    """

    published: Mapping[str, int]
    read: Mapping[str, FieldReading]
    rules: Sequence[Rule] = ()
    threshold: float = 1.0
    reviewed: Mapping[str, int] = field(default_factory=dict)
    given: "Mapping[str, Verdict]" = field(default_factory=dict)


def verdict_of(name: str, beside: Beside, support: "Support") -> Verdict:
    """Return what becomes of a number that a photograph of its station shows."""
    published, read = beside.published[name], beside.read[name]
    if name in beside.given:
        return beside.given[name]
    if name in beside.reviewed:
        return _decided(beside.reviewed[name], published, support.of(name))
    if read.value is None or read.value == published:
        return _agreeing(read)
    if reasons := support.of(name):
        return Verdict(Outcome.PAGE_CONTRADICTS, reasons)
    if read.confidence >= beside.threshold and _ink_stands(read):
        return Verdict(Outcome.DIFFERS)
    return Verdict(Outcome.QUESTION, read.reasons)


def _ink_stands(read: FieldReading) -> bool:
    """Return whether nothing doubts what stands in the boxes."""
    codes = {reason.code for reason in read.reasons} - {OF_THE_PAGE}
    further = [evidence for name, evidence in read.evidence.items() if name != "digits"]
    borne_out = any(evidence.value == read.value and evidence.probability >= CORROBORATED for evidence in further)
    return codes <= ({OF_A_WITNESS} if borne_out else set())


def _decided(written: int, published: int, support: tuple[Reason, ...]) -> Verdict:
    """Return what becomes of a number that people have decided; a slip that they confirm is still the page's."""
    if written == published:
        return Verdict(Outcome.AGREES)
    return Verdict(Outcome.PAGE_CONTRADICTS, support) if support else Verdict(Outcome.DIFFERS)


def _agreeing(read: FieldReading) -> Verdict:
    if read.value is None:
        return Verdict(Outcome.UNREADABLE, read.reasons)
    if read.confidence >= SURE_ENOUGH_TO_AGREE:
        return Verdict(Outcome.AGREES)
    return Verdict(Outcome.QUESTION, read.reasons)


class Support:
    """What on a station's pages speaks for a published figure that is not the one in the boxes.

    Args:
        beside: The station.

    """

    def __init__(self, beside: Beside) -> None:
        self._published, self._read = beside.published, beside.read
        # What no photograph shows is taken as published: a sum that is broken with it may be the officer's as well.
        self._ink = dict(beside.published) | {
            name: value
            for name, reading in beside.read.items()
            if (value := beside.reviewed.get(name, reading.value)) is not None
        }
        self._corrected = self._ink | dict(beside.published)
        self._rules = [rule for rule in beside.rules if rule.severity == "hard"]
        broken = [rule for rule in self._rules if rule.parsed.holds(self._ink) is False]
        self._broken = [(rule, self._tied(rule)) for rule in broken]

    def of(self, name: str) -> tuple[Reason, ...]:
        """Return what speaks for the published figure of a field; nothing where nothing does."""
        return (*self._witnesses(name), *self._sums(name))

    def _witnesses(self, name: str) -> tuple[Reason, ...]:
        wanted = self._published[name]
        witnesses = [
            witness
            for witness, evidence in self._read[name].evidence.items()
            if witness != "digits" and evidence.value == wanted and evidence.probability >= REPORTED
        ]
        return tuple(
            Reason(
                "compare_witness_says_so",
                {"witness": named(witness, "en"), "saksi": named(witness, "id"), "value": wanted},
            )
            for witness in witnesses
        )

    def _sums(self, name: str) -> tuple[Reason, ...]:
        """Return the sums that are broken as written and hold as published, of one figure or of all."""
        alone = self._ink | {name: self._published[name]}
        mended = [
            rule
            for rule in self._connected(name)
            if any(rule.parsed.holds(values) is True for values in (alone, self._corrected))
        ]
        own = [rule for rule in mended if name in rule.parsed.names]
        # Further on, a figure follows the correction only where all sums between them hold as they are published.
        further = [] if own or not self._all_hold(name) else mended
        return tuple(
            Reason("compare_sum_says_so", {"rule": rule.label.en, "aturan": rule.label.id}) for rule in own or further
        )

    def _connected(self, name: str) -> list[Rule]:
        """Return the broken sums that a field is tied to, by itself or through other numbers that were corrected."""
        return [rule for rule, tied in self._broken if name in tied]

    def _tied(self, rule: Rule) -> frozenset[str]:
        """Return the numbers that a sum reaches through sums of numbers whose published figure is another."""
        changed = {name for name, value in self._corrected.items() if self._ink.get(name) != value}
        reached = set(rule.parsed.names)
        while grown := [one for one in self._rules if _touches(one, reached & changed) and not _within(one, reached)]:
            reached.update(*(one.parsed.names for one in grown))
        return frozenset(reached)

    def _all_hold(self, name: str) -> bool:
        return all(rule.parsed.holds(self._corrected) is not False for rule in self._rules if name in rule.parsed.names)


def _touches(rule: Rule, names: Iterable[str]) -> bool:
    return bool(set(rule.parsed.names) & set(names))


def _within(rule: Rule, names: set[str]) -> bool:
    return set(rule.parsed.names) <= names
