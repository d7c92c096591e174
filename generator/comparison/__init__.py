"""What differs between two versions of a dictionary, and what it does to data."""
