"""BigQuery: what is asked of it, what is brought from it, and what may be billed."""
