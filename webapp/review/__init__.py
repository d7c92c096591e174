"""What reviewers do with captured data, and how it is shown."""
