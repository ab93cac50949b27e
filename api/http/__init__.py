"""The HTTP face.

app           `create_app` puts everything together
auth          who is there: cookies, tokens, forms of other sites
middleware    what every request passes
routes        addresses of the API, JSON
pages         what people see, HTML
dependencies  what routes ask for
made_at_start what the service makes at its start, by name and type
metrics       requests counted, for Prometheus
methods       of HTTP: known ones, and those that change nothing
errors        every error as a problem in two languages
multipart     uploads received within limits
connections   of uvicorn, limited in number and patience
plain_text    no control characters anywhere
places        so much is received and read at a time, and of that so much for one sender
reading_pool  documents read and forgotten
ambiguity     what could be misread, for practice
paging        long lists in pages
openapi       the description of the API
"""
