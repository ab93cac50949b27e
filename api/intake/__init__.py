"""From uploaded bytes to pages that wait to be read, each in the document of its polling station.

receive     take files apart, keep their bytes, put their pages on record
place       which document a page belongs to; bring it elsewhere
feedback    what the uploader is told at once: what to retake, what does not add up
"""
