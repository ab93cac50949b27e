"""What anyone may see of the count: sums, numbers down to their ink, masked pages.

    region      a region, its sums and its parts          station     a polling station and its numbers
    history     one number from its first reading on      charts      lengths of bars
    gallery     masked pictures and cuts of numbers       table       the same as CSV
    search      places by name, code or number            workbook    the same as XLSX

Whether someone may look at all is decided by `api.http.auth.current.sees_results`. Nothing here names a person, a
file or what was uploaded as it was.
"""
