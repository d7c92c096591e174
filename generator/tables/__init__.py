"""The target Frictionless: a table schema for every table of a study, and what it
cannot say.
"""
