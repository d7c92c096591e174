"""What a data dictionary means."""
