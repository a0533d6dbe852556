"""Between Vertex AI's messages and our own types."""
