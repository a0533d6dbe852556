"""Compile pipelines: on this machine, or in Cloud Build."""
