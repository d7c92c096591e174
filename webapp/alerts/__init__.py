"""Alerts that leave by mail."""
