"""The embedded engine: Polars judges whole blocks of a table, with the verdicts of the
reference.
"""
