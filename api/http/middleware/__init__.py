"""What every request passes, from the outside in.

security     headers; other sites may not write
request_log  log and metrics
hosts        which names the service answers to
body_limit   how large a body may be that is no upload
head         HEAD, where everyone may look
"""
