"""The TFX pipeline of an experiment, and its compilation for Vertex AI Pipelines."""
