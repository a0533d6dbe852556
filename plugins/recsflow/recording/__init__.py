"""How an experiment ended, and its record in MLflow."""
