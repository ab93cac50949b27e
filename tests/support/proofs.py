"""Check a proof of the log as outsiders do: with the verifier that needs nothing of the program."""

from api.verification import standalone_verifier


def faults_of(proof: str, log_key: str) -> list[str]:
    """Return what is wrong with a proof in a file: nothing, where its entry is in the log that the key signs for."""
    faults: list[str] = []
    standalone_verifier.check_proof(proof, standalone_verifier.log_key(log_key), [], faults.append)
    return faults
