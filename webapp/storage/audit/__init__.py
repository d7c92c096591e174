"""Verifies the log of events, and the database against it."""
