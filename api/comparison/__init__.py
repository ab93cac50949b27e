"""The second count: published figures held against the ink of the photographs.

compare          the steps, one after the other: start here
published        what is published of a station; faults of a published file
sources          which reader a file has: `commission` (JSON, by `json_stream`), `table` (CSV, Parquet)
mapping          what columns and pairs mean, as somebody has stated it
snapshot         the published file, brought into the work file once
work             the work file, which makes a stopped run go on
photographs      which photograph belongs to which station; `fetching` fetches them, `holdings` are the service's,
                 `several` puts them one after the other
read_pages       pages read, some stations at a time
sheets           whether two photographs show one sheet; `elsewhere`: pages that stand at several stations
stations         one station judged as a whole
verdict          what becomes of one number; `kinds`: what kind of difference it is
totals           what it comes to, by region and pair; `favour`: whether differences favour anyone
random_sample    stations drawn by a public rule, and how many of all are wrong at most
contest          whether what is wrong could change who won; `outcome_test` puts both together
findings         what the report shows, with the `ink` of each number
lines            the JSON lines; `table_of_findings` the CSV; `report` the HTML, in its `words`

It stands on the pipeline's readings and decisions; only `holdings` asks what the service remembers: whoever has the
published files and the photographs needs no service.
"""
