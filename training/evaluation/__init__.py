"""How well the program reads: real pages, how they are split, and what is measured on them."""
