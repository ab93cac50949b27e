"""A sheet known by its own print: words, logos and lines as local features.

descriptors   what the print looks like around a point, in a view in which the sheet lies straight
basis         descriptors made small, and the words that they are
page_print    what is printed on a page, as features; kept in `data/prints`
voting        where which page may lie, by the votes of all its words together
agreement     whether the print is there where a map says, by features that it was not fitted to
"""
