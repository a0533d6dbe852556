"""What a run would do: the settings, the warehouse, MLflow and Vertex AI, asked before it starts."""
