"""Queries: what rules and people ask about data, and what is said to it."""
