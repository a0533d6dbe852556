-- Beside `airflow`, which the image of PostgreSQL makes.
CREATE DATABASE mlflow OWNER recsflow;
