"""The model: an immutable study, and the data that is captured with it."""
