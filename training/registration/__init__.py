"""Teach the verification of registrations how sure it is that a page, and each of its numbers, lies where it seems to.

Pages with their truth are looked for as the reader does, with their own form and without it; every alignment that was
tried is an example, right or wrong. Right ones are disturbed as well, so that numbers that ended on a neighbour's frame
are among them. Two logistic regressions weigh what `pipeline.registration.verification` measures.

    chasil train pages CONFIG --data SHARED

SHARED holds the sets of real pages (`training.evaluation.truths`), of which those for training and calibration are
used; simulated pages come beside them. Writes the weights and prints how often what was said to be sure was so
(`training.recipes.pages`).

config      one run
pictures    real pages, simulated ones and strangers, each with its truth
examples    what is measured of them, right or wrong
fitting     the weights that follow, and how often what they call sure was so
"""
