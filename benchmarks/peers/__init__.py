"""What a user would pick instead, each in its own package's words; runs in the trainer environment."""
