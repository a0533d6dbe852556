"""Vertex AI Pipelines for one machine: takes compiled specs through the public API and runs them here."""
