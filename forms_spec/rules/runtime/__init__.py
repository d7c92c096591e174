"""The reference engine: rules compiled to Python closures."""
