"""From evidence to decisions.

number        boxes to the distribution over values of one number
one_writer    the boxes of a page tell each other what their marks are
page          all that a page says of its numbers; their decision without rules
joint         one model of a document: numbers, witnesses, rules; its exact posteriors by `elimination`
priors        how often officers themselves are wrong
contradiction whether another witness says another number than the boxes
acceptance    accept or review, and why
document      pages together, rules checked, the outcome
"""

from pipeline.decision.document import decide_document
from pipeline.decision.page import decide_numbers, weigh_numbers

__all__ = ["decide_document", "decide_numbers", "weigh_numbers"]
