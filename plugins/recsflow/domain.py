"""Which `include` is ours: many projects have a package of that name, and Airflow's path may hold several."""

from importlib.util import find_spec
from pathlib import Path

PLUGINS = Path(__file__).resolve().parents[1]
# Where it is deployed, and where it lies in the repository.
PLACES = (PLUGINS / "include", PLUGINS.parent / "include")


def refuse_another_include() -> None:
    """Make sure that `import include` finds the domain of this project, in whichever process this runs.

    Raises:
        ImportError: There is none, or another project's comes first.
    """
    spec = find_spec("include")
    found = [Path(place).resolve() for place in (spec and spec.submodule_search_locations) or ()]
    if not found:
        raise ImportError(
            f"recsflow needs its package 'include' as {PLACES[0]}, which is not there; "
            "copy what `make deploy-folder` lays out."
        )
    if found[0] not in PLACES:
        raise ImportError(
            f"'include' is {found[0]} here, another project's; recsflow needs its own, which is deployed as "
            f"{PLACES[0]}. Rename the other one, or take it off this Airflow."
        )
