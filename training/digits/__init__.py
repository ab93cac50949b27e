"""The reader of digits: its training, its calibration, and how it is judged.

config      one run
inputs      what a network may be shown of a box
struck, outliers  boxes that hold no digit, made from others
batches     what every step sees
distil, packaged  learning from other networks, and going on from one that ships
train       the loop
calibrate   probabilities that keep their word
evaluate, report  a package on every test set, in numbers and for people
peers, realism  other readers on the same boxes; how real drawn boxes look
"""
