"""What a model has to beat, measured on the same test rows."""
