"""Proof that nobody has touched the log or the tables, and the log handed to others.

entries              of the log, one by one
replay               what the rows must be by them, in a file of its own
effects              an event does only what its kind may do
actors               an event is recorded by who may record its kind
decisions            a decision says what its kind can say
rights               who was allowed what
standing             what counts of a number is the last that was decided of it
policy               the threshold is only ever raised
two_readers          who has read what people typed from a whole picture
signatures           of people, and whose key a key is
rows                 of the tables, compared with it
machine              what the machine says, held against its readings
published            figures, held against their hash, and what became of them
chain                that older programs kept
verify               all of it, and the originals
witness              another's log followed, checked and cosigned
receipts             proofs for whoever an event concerns
export               the log, signed
standalone_verifier  of such an export or proof: one file that needs nothing else of this program
"""
