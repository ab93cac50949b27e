"""Everything that teaches the readers and judges them, from what is drawn up to the proof.

handwriting, scans, pages  what is drawn: digits and letters, boxes of older forms, whole pages
datasets, evaluation       what is learnt from and judged on; how real pages are split, and the measures
runs, packaging            what long runs have in common; from a network to a package
digits, witnesses, words   the readers
registration               where pages lie: prints, and how sure it is
recipes                    every training as one command
proof                      whole documents and pages, simulated and real
"""
