"""What is asked of Vertex AI, and the labels by which it is found again."""
