"""The overfit check: can a model learn a few rows by heart? One that cannot has a bug, not a bad config."""
