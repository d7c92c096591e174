"""Packages without a dictionary of ours: validated by their own descriptor."""
