"""Simulated handwriting and pages, data sets, training, calibration and evaluation."""
