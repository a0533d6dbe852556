"""MLflow's command line, whose server is `mlflow_app`."""

from collections.abc import Callable

from mlflow import server
from mlflow.cli import cli

APP = "local_cloud.mlflow_app:app"

type BuildCommand = Callable[..., list[str]]


def with_guarded_app(build_command: BuildCommand) -> BuildCommand:
    """Returns what builds uvicorn's command, which ends with the application's name."""

    def build(*arguments: object, **options: object) -> list[str]:
        return [*build_command(*arguments, **options)[:-1], APP]

    return build


def main() -> None:
    """Runs MLflow's command line."""
    # The command line takes another application from an installed package only.
    vars(server)["_build_uvicorn_command"] = with_guarded_app(vars(server)["_build_uvicorn_command"])
    cli()


if __name__ == "__main__":
    main()
