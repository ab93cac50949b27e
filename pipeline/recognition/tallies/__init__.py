"""Read tallies: the grid is located by its own lines -> cells -> network -> rows and total."""

from pipeline.recognition.tallies.evidence import TallyEvidence, tally_evidence
from pipeline.recognition.tallies.reader import ReadTally, TallyReader

__all__ = ["ReadTally", "TallyEvidence", "TallyReader", "tally_evidence"]
