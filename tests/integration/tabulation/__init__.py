"""Regions, sums, exports."""
