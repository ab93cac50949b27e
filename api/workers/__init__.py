"""Processes that read pages, each under a lease.

claims     take a page, keep it, give it back
read_page  read a page and put it on record
heartbeat  a lease lives as long as its worker
worker     one process, until it is told to stop
pool       the workers of this machine; one that ends is replaced
log_keeper puts events into the log while the service runs
cluster    workers on many machines, by procrastinate
"""
