"""Randomization lists: drawn from a seed, written and read."""
