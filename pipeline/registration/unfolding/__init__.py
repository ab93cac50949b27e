"""Folded and curled sheets: the boxes of one number lead to the next, and both to the print between them."""
