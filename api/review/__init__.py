"""The review desk: what the machine is not sure of, people decide; what it was sure of, people sample.

items       a piece of work for every number that waits; called whenever a document changes
harm        how much a wrong number would cost: the order of the queue
queue       take items with a lease, keep it, give it back
answers     what a person answers at the desk or on the page of a document, and what follows from it
policy      when a second person must read blind
undo        take back one's own last answer
loading     items as the desk draws them; `why` a number is there, `cuts` of its page
sums        the rules of a form as trees that a browser can evaluate
gold        hidden tests with known truth, and how reviewers do
audits      random samples of accepted numbers; `bounds` is the maths, `verdicts` what an audit says, `alarms` tell
as_written  which sums of a document do not hold, and which although people confirmed them
marks       every single box with its mark; `marginals`, how sure each is; `boxes`: the box wall
corners     a sheet whose corners a person gives
corrections what people decided, as a data set to train on
threshold   in force; `raising` it while the service runs
refreshing  all of it brought up to date at once
schemas     what is sent and answered; `audit_schemas`, `wall_schemas`
"""
