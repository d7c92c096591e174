"""REDCap projects as crfsmith dictionaries and back: data dictionary, events, logic,
records.

What a dictionary of REDCap says is translated, kept as it is written, or listed as a
``CellLoss``.
"""
