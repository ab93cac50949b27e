"""Who may do what. No HTTP.

    roles          what each role may do
    actor          who asks, and what of it they may do where
    accounts       people: made, changed, disabled, each step an event
    forgetting     what says who somebody was is destroyed
    passwords      argon2, and which passwords are refused
    sessions       of a browser, behind a cookie
    tokens         keys for programs
    personal_keys  keys with which people sign their decisions
    throttle       failed logins slow the next ones down
    rates          how often anyone may ask
    addresses      what of an address one sender can hardly change
    machine        its token: who can read the file sits at it
    local          one machine works without any login
    authenticator  who has sent a request, made once for a running service
    login          from name and password to a session
    oidc           log in at an institution's own service

Names, passwords, cookies and tokens never reach the log or the ledger; a person is known there by an id that says
nothing.
"""
