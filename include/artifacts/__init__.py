"""What is kept below the artifact root, and where: each path stands once, to be written and to be read."""
