"""What needs a person, why, and in which order.

work_items    one piece of work for every number that waits
priority      how many votes a wrong number would move: the order of the queue
reasons       why a number is there
rules         the rules of a form as trees that a browser can evaluate
rule_reasons  which rules of a document do not hold, or hold not although people confirmed them
foreign_page  sums between pages do not hold: is one of another station?
contested     numbers of a file whose station is not settled
typed_numbers numbers that people type from the whole picture
threshold     the acceptance threshold in force
box_marks     what was read in every single box
marginals     how sure each box is
"""
