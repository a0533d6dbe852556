"""Weekly holdouts as one backfill beside as many plain TFX scripts, one after the other, in one run.

Ours is the whole way: the scheduler, staging, the quality check, training with baselines, the record, scoring
as served and the report. The peer gets the rows staged and exported, and trains only.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.experiment import prepare, use, wait_for_warm_host
from benchmarks.pipeline import peer_seconds
from benchmarks.result import Result
from local_cloud.machine import temporary_machine

LAST = datetime(2017, 12, 25, tzinfo=UTC)  # a Monday, as the schedule wants it
HOLDOUTS = 4
AT_ONCE = 2
PARAMETERS = {"features": "basic", "model": "shallow", "sample_percent": 25, "epochs": 3}


def main() -> None:
    """Backfills, runs the peers, and reports the ratio of their times."""
    dates = [LAST - timedelta(weeks=back) for back in reversed(range(HOLDOUTS))]
    with temporary_machine("bigquery", "vertex", "mlflow") as machine:
        settings = use(machine)
        machine.run(str(Path(sys.executable).with_name("airflow")), "db", "migrate")
        machine.control("start", "airflow")
        wait_for_warm_host(machine)
        began = time.perf_counter()
        table = machine.run(
            *(sys.executable, "-m", "scripts.backtest", "weekly"),
            *(f"{dates[0]:%Y-%m-%d}", f"{dates[-1]:%Y-%m-%d}"),
            *("--conf", json.dumps(PARAMETERS), "--at-once", str(AT_ONCE)),
        )
        ours_s = time.perf_counter() - began
        machine.control("stop", "airflow")
        print(table)
        parameters = {"dataset": "complete_journey", **PARAMETERS}
        staged = [prepare(settings, parameters, f"peer-{at:%Y%m%d}", at) for at in dates]
        peers_s = [peer_seconds(machine, each, each.rows_uri) for each in staged]
    Result(
        name="backfill",
        value=ours_s / sum(peers_s),
        unit="ratio",
        goal="<= 0.6",
        peer=f"{HOLDOUTS} plain TFX LocalDagRunner scripts, same components, rows, modules and epochs",
        details={
            "ours_s": round(ours_s, 1),
            "peers_s": [round(each, 1) for each in peers_s],
            "holdouts": [f"{at:%Y-%m-%d}" for at in dates],
            "at_once": AT_ONCE,
            **PARAMETERS,
        },
    ).report()


if __name__ == "__main__":
    main()
