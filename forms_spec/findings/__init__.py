"""Findings: what is said of a dictionary or of data, where, and in which words."""
