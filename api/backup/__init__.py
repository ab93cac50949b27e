"""Copies of what the service remembers, made while it runs, and their way back.

manifest   what a backup says of itself: time, shape of the database, counts, hashes
contents   the place of a backup in a folder: which files are its own, and whether they are what the manifest says
snapshot   one state of the database in one file: SQLite by its backup API, PostgreSQL by pg_dump
postgres   the programs of PostgreSQL, without a password on their command lines
make       a backup: database, then the originals that it knows, then the manifest that makes it the last good one
restore    a backup into a home where nothing is, checked before anything is written
"""
