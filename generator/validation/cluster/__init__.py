"""Validation on a cluster: the checks of the embedded engine, run by Spark on tables of
many part files.
"""
