"""The domain: configs, experiments, SQL, quality, generators and tracking; no Airflow, no TensorFlow."""
