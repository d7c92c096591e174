"""What conditions need of the answers that they read."""
