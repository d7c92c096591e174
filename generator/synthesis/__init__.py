"""Synthetic subjects, valid by construction, and seeded faults."""
