"""What happens inside a model while it trains: statistics a tower, and a verdict on the run."""
