"""Read bubbles: cut -> network -> columns -> the number they state."""

from pipeline.recognition.bubbles.evidence import BubbleEvidence, bubble_evidence, column_distribution
from pipeline.recognition.bubbles.reader import BubbleReader

__all__ = ["BubbleEvidence", "BubbleReader", "bubble_evidence", "column_distribution"]
