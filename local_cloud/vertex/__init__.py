"""Vertex AI for one machine: runs compiled pipelines and custom jobs, which come by the public API."""
