"""The standalone verifier imports nothing of the program: what it must know alike stands in it a second time."""

from api.ledger import statements
from api.verification import standalone_verifier


def test_both_verifiers_know_the_same_of_signatures() -> None:
    assert standalone_verifier.SIGNED_AS == statements.SIGNED_AS
    assert {bytes.fromhex(point) for point in standalone_verifier.SMALL_ORDER} == statements.SMALL_ORDER
