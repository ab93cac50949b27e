"""Read numbers in words: the place is cut out -> its lines make one strip -> network -> letters -> the number.

area       the place with its margin; what is pen on it
lines      the writing of a place as one strip, in however many lines it stands
lexicon    the grammar of number words; `trie` passes letters through it, `scoring` weighs every number
evidence   a number, nothing written, or no number
reader     all places of a page, in one run of the network
"""

from pipeline.recognition.words.evidence import WordsEvidence, words_evidence
from pipeline.recognition.words.reader import WordsReader

__all__ = ["WordsEvidence", "WordsReader", "words_evidence"]
