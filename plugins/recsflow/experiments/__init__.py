"""From the params of a DAG run to an experiment, its statement and its modules."""
