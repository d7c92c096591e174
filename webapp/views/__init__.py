"""One module per noun.

A view gets, judges, stores and shows; it decides nothing about a field.
"""
