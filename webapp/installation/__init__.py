"""What an installation runs on: its settings, its database, and a sentence where it
cannot run.
"""
