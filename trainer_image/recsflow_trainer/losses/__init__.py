"""Losses, one a file; each is a mean, so that neither it nor a step depends on the batch size."""
