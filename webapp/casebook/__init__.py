"""What is shown of a subject: its forms, its visits, its status."""
