"""Hooks of the Google provider, made to reach a Vertex AI at any address."""
