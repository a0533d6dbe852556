"""What the Experiments page asks for: a FastAPI application that Airflow's web server mounts."""
