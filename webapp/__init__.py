"""The application: pages, storage and commands."""
