"""What needs a person, why, and in which order.

document_rules which rules of a document hold as its numbers stand, and the reasons that follow
work_items     one piece of work for every number that waits, in the order of the votes that a wrong one would move
reasons        why a number is there
typed_numbers  numbers that people type from the whole picture
rules          the rules of a form as trees that a browser can evaluate
box_marks      what was read in every single box, and how sure each is
"""
