"""The readers: networks on what was cut out, and what each of them says of a number.

network      runs a model package on prepared windows
digits       the mark in each box
witnesses    what else the page says of a number: the four below, each as far as `trust` goes
bubbles      rows of bubbles
tallies      tally strokes
row_sums     the sums of rows beside a tally
words        numbers in words
free_digits  digits written freely in one cell
trust        how far each witness is believed
"""
