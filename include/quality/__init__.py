"""Whether staged rows are fit to be trained on: rules, their check in the warehouse, and the report."""
