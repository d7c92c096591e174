"""Validation by blocks and columns, with the same findings as the reference."""
