"""A study's dictionary as files: read from a folder, written as YAML."""
