"""Tests of the calibration of registrations."""
