"""The note of a DAG run: what it says, and how it is written into Airflow's database."""
