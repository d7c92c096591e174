"""Help for those who write a dictionary in a text editor."""
