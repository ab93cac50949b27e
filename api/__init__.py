"""The two faces of the program, command line and HTTP, and what they remember.

Each package imports only what stands above it here (`make lint` holds it):

    files           written whole, for the owner alone, on the disk
    db              tables, migrations, and the engine they live in
    ledger          events, each with the hash of the one before
    core            settings, the opened service, originals, notifications, language
    backup          copies of what is remembered, made while the service runs
    regions         administrative regions, from the nation to the polling station
    people          who may do what
    schemas         the JSON contract as types
    rendering       pictures and tables of what was read
    tabulation      sums of every region, exports, the recount
    triage          what needs a person, why, and in which order
    documents       from uploaded bytes to a decided document
    workers         processes that read pages, each under a lease
    results         what anyone may see of the count
    sampling        the statistical audit of accepted numbers
    comparison      published figures held against the ink
    publication     published figures that the service holds beside its own
    verification    proof that nobody has touched the ledger or the tables
    desk            the review desk
    administration  people, templates, models, failures
    http            the HTTP face
    editing         a template edited in the browser of the machine it lies on
    web             templates, scripts and styles of the pages
    cli             the command line; `start` settles what must be before the first library is fetched
"""
