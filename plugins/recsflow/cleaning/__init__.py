"""What a clean-up finds in the warehouse, in storage, among jobs and in MLflow, and how it removes it."""
