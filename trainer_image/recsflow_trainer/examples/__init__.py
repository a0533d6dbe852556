"""The rows that a model learns from and is measured on, and the raw columns that it is asked about."""
