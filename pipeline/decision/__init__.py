"""From evidence to decisions: numbers from their boxes, documents from their numbers and the form's rules."""

from pipeline.decision.document import decide_document
from pipeline.decision.page import decide_numbers

__all__ = ["decide_document", "decide_numbers"]
