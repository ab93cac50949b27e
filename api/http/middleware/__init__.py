"""What every request passes, from the outside in.

base_path    what addresses begin with, where the service lies beneath a path
security     headers; other sites may not write
request_log  log and metrics
local_token  the token of the machine in an address becomes a cookie
proxies      which proxies are believed
hosts        which names the service answers to
body_limit   how large a body may be that is no upload
head         HEAD, where everyone may look
problem_pages  what no route of pages has answered, as a page for a browser
"""
