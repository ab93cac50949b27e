"""AprilTags and the corner markers around them.

detection   which tags are in a picture
markers     the four corner markers of a tag's sheet
proposals   both together: where that sheet lies
"""
