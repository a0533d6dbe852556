"""Starting jobs of Vertex AI, once, however often a task runs."""
