"""The demo: an invented study that looks as if it had been entered until today."""
