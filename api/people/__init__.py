"""Who may do what.

    roles       what each role may do, and where
    actor       who a request comes from, and what of it they may do
    accounts    people: made, changed, disabled, each step a link of the chain
    passwords   argon2, and which passwords are refused
    sessions    a browser's session behind a cookie
    tokens      keys for programs
    throttle    failed logins slow the next ones down
    csrf        a form of another site is not a form of ours
    local       one laptop works without any login
    rates       how often anyone may ask
    house       all of it, made once for a running service
    current     what routes ask for
    login       from name and password to a session
    oidc        logging in at an institution's own service
    schemas     what is sent and answered

Names, passwords, cookies and tokens never reach the log or the chain; a person is known there by an id that says
nothing.
"""
