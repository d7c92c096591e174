"""Logical mistakes of designers, each with the finding that it deserves."""
