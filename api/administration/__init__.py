"""What the pages under `/admin` show and do; `api.http.pages.admin` are the pages.

managing    people: who may be managed by whom
elections   which are on, under which titles, and the names of their pairs
counted     elections, the list of regions, and places that no list names
installed   form templates and model packages of this program
failures    pages that could not be read, by reason, and another try for all of them
evening     how fast pages are read and numbers settled, what waits, and which alarms stand
"""
