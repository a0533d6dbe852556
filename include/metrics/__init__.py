"""What models are measured by: each metric's name, which of its values are good, and which models have it."""
