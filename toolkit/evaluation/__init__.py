"""Measurement against what was written by hand."""
