"""Of every column it is said which events change it, for both verifiers."""

from sqlalchemy import inspect

from api.ledger import actors
from api.ledger.effects import EFFECTS
from api.ledger.kinds import KINDS
from api.ledger.protected import PROTECTED
from api.verification import decisions, standalone_verifier
from api.verification.effects import OPENING
from api.verification.entries import DATING


def test_every_table_that_the_log_tells_of_has_its_effects_and_no_others() -> None:
    assert set(EFFECTS) == {kind for kind, columns in PROTECTED.items() if columns.recorded}
    for kind, effects in EFFECTS.items():
        assert set(effects.changed) <= PROTECTED[kind].recorded, kind.__tablename__
        keys = {column.name for column in inspect(kind).primary_key}
        assert not keys & set(effects.changed), kind.__tablename__


def test_effects_name_kinds_that_there_are() -> None:
    for effects in EFFECTS.values():
        assert effects.made
        for kinds in (effects.made, effects.gone, *effects.changed.values()):
            assert kinds <= set(KINDS)


def test_both_verifiers_know_the_same_of_effects() -> None:
    ours = {kind.__tablename__: (kind, effects) for kind, effects in EFFECTS.items()}
    for table, (made, changed, gone) in standalone_verifier.EFFECTS.items():
        _, effects = ours[table]
        assert (made, gone) == (_shown(effects.made), _shown(effects.gone)), table
        assert changed == {name: _shown(kinds) for name, kinds in effects.changed.items()}, table


def test_both_verifiers_know_the_same_of_who_records_what() -> None:
    alone = standalone_verifier
    assert set(alone.PROGRAMS) == actors.PROGRAMS
    assert _shown(actors.BY_ITSELF) == alone.BY_ITSELF
    of_programs = {who: _shown(kinds) for who, kinds in actors.BY_PROGRAM.items() if kinds}
    assert of_programs == alone.BY_PROGRAM
    assert _shown(OPENING) == alone.OPENING
    assert alone.NAMES_ACTOR.items() <= actors.NAMES_ACTOR.items()
    assert DATING.total_seconds() == alone.GRACE


def _shown(kinds: frozenset[str]) -> set[str]:
    return {KINDS[kind].shown or kind for kind in kinds}


def test_both_verifiers_read_decisions_alike() -> None:
    kinds = ("confirm", "correct", "unreadable", "flag", "withdraw", "reopen", "restore")
    boxes = ("045", "-45", "XX4", "__0", "---", "___", "4-5", "#45", "", "٤٥", "４５")
    for kind in kinds:
        for state in ("accepted", "review", "reviewed", "unreadable", None, "x"):
            for text in boxes:
                for value in (None, 0, 4, 45, 99):
                    told = (kind, state, value, text)
                    assert decisions.fault_of(*told) == standalone_verifier.fault_of(*told), told
