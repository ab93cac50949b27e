"""The review desk: what the machine is not sure of, people decide.

queue        take items with a lease, keep them, give them back
escalated    what waits for a senior, and why
answers      what a person answers at the desk or on the page of a document, and what follows
policy       when a second person must read blind
blindness    who must not see a number now
chance       drawn once for a number, and kept
settled      what people settled, and who may touch it again
undo         take back one's own last answer
lost         what became of items that a desk holds no more
loading      items as the desk draws them
cuts         of the page that an item is on
gold         hidden tests with known truth
reviewers    how they do
at_work      who answers now, and what people settled in the last hour
box_wall     boxes read as one mark, least sure first
corners      of a sheet that was not found, given by a person
typed_sheets of a sheet that nobody can locate: people type its numbers from the whole picture
corrections  what people decided, as a data set to train on
refresh      marks and order of the queue brought up to date at once
"""
