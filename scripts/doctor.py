"""Says whether a run would find all that it needs: `make doctor`. Ends with 1 where it would not."""

from __future__ import annotations

import sys


def main() -> int:
    """Print each finding; return the exit status."""
    from recsflow.doctor.examination import examine
    from recsflow.doctor.finding import Health, bad
    from recsflow.errors import SettingsError
    from recsflow.settings import load_settings

    try:
        settings = load_settings()
    except SettingsError as error:
        print(bad("settings", str(error)))
        return 1
    healthy = True
    for finding in examine(settings):
        print(finding, flush=True)
        healthy = healthy and finding.health is not Health.BAD
    return 0 if healthy else 1


if __name__ == "__main__":
    sys.exit(main())
