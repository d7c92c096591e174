"""Loading: one file per noun, from a document's data to the frozen model."""
