"""The way out and back: what a database exports is valid, and brings everything back."""
