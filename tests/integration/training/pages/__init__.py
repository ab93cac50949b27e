"""Tests of simulated pages."""
