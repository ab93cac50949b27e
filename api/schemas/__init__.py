"""The JSON contract as types: what is sent and answered, and nothing else.

common      readings, texts, forms; what the others build on
documents   uploads, documents, pages, numbers, decisions
stations    stations in words, and what names mean
conflicts   files that were brought for several stations
tabulation  regions, elections and their sums
people      sessions, people, tokens
keys        keys of people, and what they sign
desk        items to read and their answers
evening     how the evening goes
sampling    samples, alarms, thresholds, reviewers
log         checkpoints, witnesses and proofs
box_wall    single boxes, and flags on them
"""
