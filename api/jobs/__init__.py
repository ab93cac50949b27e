"""Pages are read by worker processes. All state is in the database: a worker that is killed loses nothing.

claims      take a page with a lease, give it back, set it aside
work        read one page and put it on record
worker      a process that reads pages until it is told to stop
crew        the worker processes beside the service on one machine
queue       tell workers on other machines at once, by procrastinate over the same PostgreSQL
cluster     a worker that is told so
retry       pages that failed wait again
"""
