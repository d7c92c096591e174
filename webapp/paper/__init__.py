"""Printed documents of what the database holds."""
