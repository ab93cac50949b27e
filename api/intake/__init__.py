"""From uploaded bytes to pages that wait to be read, each in the document of its polling station.

receive     take files apart, keep their bytes, put their pages on record
place       which document a page belongs to; bring it elsewhere
original    a page opened from its original
resumable   uploads in parts, for poor links
watch       a folder whose files are received as they settle
counted     how far the work is, counted no more often than that is cheap
views       rows as answers, with what the uploader can still mend; `schemas` are their types
"""
