"""A sheet known by its own print: words, logos and lines as local features.

descriptors   what the print looks like around a point, in a view in which the sheet lies straight
basis         descriptors made small, and the words that they are
page_print    what is printed on a page, as features; kept in `data/forms/prints`
library       the prints of the installed forms
voting        where which page may lie, by the votes of all its words together
matching      which feature of the picture is which printed one, where a map foretells it
proposals     pages voted for, then laid onto what is printed there, bends and all
agreement     whether the print is there where a map says, by features that it was not fitted to
"""
