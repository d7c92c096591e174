"""Packages out of the database, into it, and their validation off the request."""
