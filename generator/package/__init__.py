"""The package: a study's data, their schemas and their dictionary in one zip or folder."""
