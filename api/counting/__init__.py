"""From final numbers to sums of regions.

places      codes of regions and polling stations, and what lies above what
amounts     what one document adds to the sums
absorb      move the sums by what has changed, and nothing else
recount     add up everything again, to prove that the sums are right
tallies     the sums of a region and of its parts, as people ask for them; `views` and `schemas` are the answers
regions     bring a list of regions in, all or nothing; `region_list` checks it line by line
exports     what can be had in bulk: its `rows`, how `encode` writes them, and `kpu`, the commission's own shape
"""
