"""The statistical audit: how many accepted numbers are wrong at most.

draw       a random sample of accepted numbers, read blind
lottery    which numbers a public seed draws, as pure functions
verdict    what a sample says
intervals  exact bounds of a share
alarms     what people must look at
threshold  raise the acceptance threshold, and decide again what lies below it
"""
