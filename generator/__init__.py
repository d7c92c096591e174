"""Targets: everything that is made from a study."""
