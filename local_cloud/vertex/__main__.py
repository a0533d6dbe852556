"""Runs the pipeline server: `python -m local_cloud.vertex`, as `python -m local_cloud start` does."""

import argparse

import uvicorn

from local_cloud.settings import HOST, LocalSettings
from local_cloud.vertex.app import build_app


def main() -> None:
    """Serves until told to end."""
    settings = LocalSettings.from_environment()
    parser = argparse.ArgumentParser(prog="python -m local_cloud.vertex", description=__doc__)
    parser.add_argument("--host", default=HOST, help="address to listen on")
    parser.add_argument("--port", type=int, default=settings.port("vertex"))
    options = parser.parse_args()
    uvicorn.run(build_app(settings), host=options.host, port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
