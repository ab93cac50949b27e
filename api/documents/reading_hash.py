"""The hash by which the ledger refers to a reading that is too large to repeat there."""

import hashlib
from collections.abc import Mapping
from typing import Any

from api.ledger.leaf import canonical


def reading_hash(
    page: str, line: Mapping[str, Any], evidence: bytes, model: str | None, program: str, form: str | None
) -> str:
    """Return the SHA-256 of a reading: its line of the contract, who read, and the packed distributions.

    Args:
        page: Id of the page.
        line: The page line of the contract.
        evidence: The packed reading.
        model: Hash of the model's weights.
        program: Version of the program.
        form: Hash of the form template.

    """
    content = canonical({"page": page, "line": line, "model": model, "program": program, "form": form})
    return hashlib.sha256(content + evidence).hexdigest()
