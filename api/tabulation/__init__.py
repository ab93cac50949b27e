"""Sums of every region, as its stations come in.

amounts       the names of what is added up
contribution  what one document adds, put in place of what it added before
elections     which are listed, which is the main one, and the names of pairs
totals        sums of a region and of its parts
written_rules  which rules hold on paper, as far as all their numbers count
shares        shares of pairs, over stations where all of them count
recount       the same, computed anew from the numbers
shown         what may be said of a number while people decide it, and then
rows          what is exported, a row at a time
encode        rows as CSV, JSON, Parquet
exports       what can be exported in which format
kpu           stations in the shape of the commission's files
views         sums as response bodies
"""
