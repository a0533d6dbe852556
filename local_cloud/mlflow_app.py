"""MLflow's server behind the guard: its own lets in pages of any local port, and `10.example.org`."""

from mlflow.server.fastapi_app import app as mlflow_app

from local_cloud.http_guard import LoopbackGuard

app = LoopbackGuard(mlflow_app)
