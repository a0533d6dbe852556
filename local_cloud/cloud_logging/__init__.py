"""Stands for Cloud Logging: the lines of containers, and the API call that finds them."""
