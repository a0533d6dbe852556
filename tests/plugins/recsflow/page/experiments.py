"""Experiments as runs leave them: cards, files, and rows of Airflow's database."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from include import storage
from include.artifacts.layout import ArtifactLayout
from include.cards.card import Card
from include.cards.store import CardStore
from recsflow.run_notes.keys import ERROR_KEY
from tests.include.complete_journey import resolved
from tests.plugins.airflow_web_server import AirflowWebServer

CONTRACT = Path(__file__).parents[3] / "contracts" / "training_metrics_v2.json"
ROWS = {"key": "a" * 12, "first_day": "2017-12-04", "last_day": "2017-12-31", "rows": 114660}
OTHER_ROWS = {"key": "b" * 12, "first_day": "2017-11-06", "last_day": "2017-12-03", "rows": 98000}
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
HEALTHY, FASTER, EARLIER, BROKEN, KILLED, DELETED, REFUSED, GROCERY, CLEARED, NAUGHTY = (
    f"quick-test-{name}-{number:010x}"
    for number, name in enumerate(
        (
            *("healthy", "faster", "earlier", "broken", "killed", "deleted", "refused", "grocery"),
            *("cleared", "naughty"),
        )
    )
)
NAME = "<img src=x onerror=alert(1)>"
COMPONENT_ERROR = "reading rows\nValueError: rows of table shop.orders have no product_id"
PIPELINE = {
    "pipelineSpec": {
        "components": {
            "comp-reader": {"executorLabel": "r", "outputDefinitions": {"artifacts": {"examples": {}}}},
            "comp-trainer": {"executorLabel": "t", "outputDefinitions": {"artifacts": {"model": {}}}},
        },
        "deploymentSpec": {"executors": {"r": {}, "t": {}}},
        "root": {
            "dag": {
                "tasks": {
                    "ExampleGen": {"componentRef": {"name": "comp-reader"}},
                    "Trainer": {
                        "componentRef": {"name": "comp-trainer"},
                        "inputs": {
                            "artifacts": {
                                "examples": {
                                    "taskOutputArtifact": {
                                        "producerTask": "ExampleGen",
                                        "outputArtifactKey": "examples",
                                    }
                                }
                            }
                        },
                    },
                }
            }
        },
    }
}
TOPOLOGY = "0123456789abcdef0123"


def card(experiment_id: str, minute: int, **fields) -> Card:
    """A card of a run that went well, unless fields say otherwise; minutes count from noon."""
    return Card(
        **{
            "experiment_id": experiment_id,
            "dag_id": "quick_test",
            "run_id": f"manual__{experiment_id}",
            "created_at": NOON + timedelta(minutes=minute),
            "updated_at": NOON + timedelta(minutes=minute + 5),
            "ended_at": NOON + timedelta(minutes=minute + 5),
            "state": "succeeded",
            "dataset": "complete_journey",
            "features": "basic",
            "model": "shallow",
            "verdict": "healthy",
            "headline": {
                **{"metric": "recall@100", "value": 0.21, "better": False},
                **{"baseline": "repeat_purchases", "baseline_value": 0.28},
            },
            "components": [["ExampleGen", "succeeded", 0.0, True], ["Trainer", "succeeded", 75.0, False]],
            "test_rows": ROWS,
            **fields,
        }
    )


CARDS = (
    card(HEALTHY, 0),
    card(FASTER, 10, model="fast", parent_experiment_id=HEALTHY),
    card(EARLIER, 20, test_rows=OTHER_ROWS),
    card(
        BROKEN,
        30,
        state="failed",
        verdict=None,
        headline=None,
        test_rows=None,
        error="rows have no product_id",
    ),
    card(KILLED, 40, state="training", ended_at=None, verdict=None, headline=None),
    card(DELETED, 50),
    card(
        REFUSED,
        60,
        state="failed",
        dataset=None,
        verdict=None,
        headline=None,
        test_rows=None,
        error="epochs is 0",
    ),
    card(GROCERY, 70, dag_id="grocery_test", dataset="groceries"),
    card(CLEARED, 80, state="failed"),
    card(NAUGHTY, 90, name=NAME, user=NAME),
)
STATES = {
    **dict.fromkeys((HEALTHY, FASTER, EARLIER, GROCERY, NAUGHTY), "success"),
    **dict.fromkeys((BROKEN, KILLED, REFUSED), "failed"),
    CLEARED: "queued",
}


def seed(server: AirflowWebServer, layout: ArtifactLayout) -> None:
    server.add_dag("quick_test")
    server.add_dag("grocery_test", "grocery-dags")
    store = CardStore(layout)
    for each in CARDS:
        store.write(each)
        if state := STATES.get(each.experiment_id):
            started = None if state == "queued" else "2026-01-05 12:00:00"
            server.add_run(each.dag_id, each.run_id, state, started)
    for experiment_id in (HEALTHY, FASTER, EARLIER, GROCERY, NAUGHTY):
        _write_files(layout, experiment_id)
    storage.write_text(layout.compiled(TOPOLOGY).spec, json.dumps(PIPELINE))
    _leave_tasks(server)


def _write_files(layout: ArtifactLayout, experiment_id: str) -> None:
    folder, faster = layout.experiment(experiment_id), experiment_id == FASTER
    experiment = resolved(learning_rate=0.1 if faster else 0.05, notes=NAME).model_copy(
        update={"experiment_id": experiment_id}
    )
    metrics = json.loads(CONTRACT.read_text()) | {"experiment_id": experiment_id}
    if faster:
        # Better in recall@10 and in the loss, as good in recall@5, without recall@50.
        metrics["test"] = {"loss": 6.5, "recall@5": 0.05, "recall@10": 0.09, "recall@100": 0.2}
    quality = {
        "critical_failures": ["train: no customer_id is missing: 3 are"],
        "warnings": [],
        "checks": [{"met": True}, {"met": True}, {"met": False}],
    }
    storage.write_text(folder.experiment, experiment.to_json())
    storage.write_text(folder.metrics, json.dumps(metrics))
    storage.write_text(folder.query, "SELECT 1 AS one -- <script>alert(1)</script>\n")
    storage.write_text(folder.quality, json.dumps(quality))
    storage.write_text(folder.quality_report, "<!doctype html><script>alert(1)</script><p>3 are missing")
    storage.write_text(f"{folder.uri}/secret.txt", "not for anybody")


def _leave_tasks(server: AirflowWebServer) -> None:
    def task(experiment_id, task_id, state, minute, **left):
        started = None if minute is None else f"2026-01-05 12:{minute:02}:00"
        server.add_task("quick_test", f"manual__{experiment_id}", task_id, state, started, **left)

    task(HEALTHY, "submit_pipeline", "success", 2, return_value={"job_id": "x", "topology": TOPOLOGY})
    task(HEALTHY, "wait_for_pipeline", "success", 3, _link_PipelineJobLink="http://console/jobs/x")
    task(HEALTHY, "cache_metrics", "success", 4, _link_MlflowRunLink="javascript:alert(1)")
    task(HEALTHY, "resolve_experiment", "success", 1)
    failed = {"name": "ExampleGen", "state": "failed", "seconds": 4.0, "error": COMPONENT_ERROR}
    outcome = {"status": "failed", "job_id": "x", "message": "component failed", "components": [failed]}
    task(
        BROKEN,
        "wait_for_pipeline",
        "failed",
        3,
        outcome=outcome,
        **{ERROR_KEY: f"component failed:\n{COMPONENT_ERROR}"},
    )
    task(BROKEN, "cache_metrics", None, None)
