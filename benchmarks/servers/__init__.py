"""Servers and databases that are started for a benchmark, and people who use them."""
