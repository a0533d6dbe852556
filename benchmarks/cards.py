"""How long the index of 5,000 experiments' cards takes to be made, brought up to date and searched.

The cards are as full as those of finished runs, on a folder and in the local Cloud Storage.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.result import Result
from include.artifacts.layout import ArtifactLayout
from include.cards.card import Card
from include.cards.conditions import CardFilter
from include.cards.fitting import fitted
from include.cards.index import CardIndex
from include.cards.search import count_facets, find_cards
from include.cards.store import CardStore
from local_cloud.machine import temporary_machine

CARDS, TURNS = 5000, 9
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
GOAL_MS = 1000
FILTERS = {
    "one state": CardFilter(state=("failed",)),
    "state, dataset and model": CardFilter(state=("succeeded",), dataset=("shop",), model=("deep",)),
    "words": CardFilter(q="learning_rate=0.05 ann"),
    "readable DAGs": CardFilter(readable=frozenset({"quick_test", "sweep"})),
}


def card(number: int) -> Card:
    """Returns the card of a run that ended, as full as such cards are."""
    chance = random.Random(number)
    recall = chance.random() / 5
    begun = BEGIN + timedelta(minutes=17 * number)
    seconds = [("resolve_experiment", 21.1), ("stage_dataset", 15.2), ("wait_for_pipeline", 312.4)]
    components = [("ExampleGen", True), ("StatisticsGen", True), ("Transform", False), ("Trainer", False)]
    return Card.model_validate(
        {
            "experiment_id": f"quick-test-manual-2026-01-01t00-00-00-{number:06d}-00-00-{number:010x}",
            "dag_id": chance.choice(["quick_test", "sweep", "retraining_weekly"]),
            "run_id": f"manual__2026-01-01T00:00:00.{number:06d}+00:00",
            "number": number,
            "name": f"quick_test #{number} · deep · basic",
            "user": chance.choice(["ann@example.com", "bob@example.com"]),
            "run_type": "manual",
            "logical_date": begun,
            "dataset": chance.choice(["complete_journey", "shop"]),
            "features": chance.choice(["basic", "rich", "assortment"]),
            "model": chance.choice(["fast", "deep", "history"]),
            "model_type": "retrieval",
            "created_at": begun,
            "updated_at": begun + timedelta(minutes=6),
            "ended_at": begun + timedelta(minutes=6),
            "state": chance.choice(["succeeded"] * 6 + ["failed", "cancelled"]),
            "stages": [(name, "success", duration) for name, duration in seconds],
            "components": [(name, "succeeded", 20.5, cached) for name, cached in components],
            "warnings": 1,
            "warning": "The model does not beat repeat_purchases in recall@10, recall@50, recall@100.",
            "verdict": chance.choice(["healthy", "below_baselines", "collapsed"]),
            "headline": {
                "metric": "recall@10",
                "value": recall,
                "baseline": "popularity",
                "baseline_value": 0.1,
                "better": recall > 0.1,
            },
            "metrics": {f"recall@{k}": recall * k / 10 for k in (10, 5, 50, 100)} | {"loss": 7 - recall},
            "curve": {"metric": "val_recall@10", "values": [recall * n / 20 for n in range(20)]},
            "epochs": (20, 20),
            "params": {
                "learning_rate": chance.choice([0.01, 0.05, 0.2]),
                "epochs": 20,
                "batch_size": 8192,
                "optimizer": "adagrad",
                "sample_percent": 25,
                "strategy": "time_holdout",
                "embedding_dim": 128,
            },
            "test_rows": {
                "key": chance.choice(["73ed3b96ca23", "0a1b2c3d4e5f"]),
                "first_day": "2017-12-04",
                "last_day": "2017-12-31",
                "rows": 114_660,
            },
            "mlflow_run_id": f"{number:032x}",
        }
    )


def milliseconds(work: Callable[[], object]) -> float:
    """Returns the median of several turns."""
    taken = []
    for _ in range(TURNS):
        begun = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - begun))
    return round(statistics.median(taken), 1)


def measure(root: str, folder: Path) -> dict[str, Any]:
    """Writes the cards below a root, and measures an index of them."""
    store = CardStore(ArtifactLayout(root))
    for number in range(CARDS):
        store.write(card(number))
    index = CardIndex(store, folder)
    begun = time.perf_counter()
    index.update()
    built = time.perf_counter()
    index.update()
    unchanged = time.perf_counter()
    store.write(card(7).changed(state="failed"))
    index.update()
    one = time.perf_counter()
    if index.status().read != CARDS:
        raise SystemExit(f"the index has {index.status().read} cards, not {CARDS}")
    return {
        "build_s": round(built - begun, 2),
        "update_unchanged_s": round(unchanged - built, 2),
        "write_and_update_one_s": round(one - unchanged, 2),
        **searched(index),
    }


def searched(index: CardIndex) -> dict[str, Any]:
    """Measures what a page asks of an index."""
    page = find_cards(index, CardFilter())
    shown = json.dumps([each.model_dump(mode="json") for each in page.cards], separators=(",", ":"))
    return {
        "first_page_ms": milliseconds(lambda: find_cards(index, CardFilter())),
        "first_page_bytes": len(shown.encode()),
        "sorted_by_metric_ms": milliseconds(lambda: find_cards(index, CardFilter(), sort="-recall@10")),
        "facets_ms": milliseconds(lambda: count_facets(index, CardFilter())),
        "filters_ms": {
            name: milliseconds(lambda wanted=wanted: find_cards(index, wanted))  # type: ignore[misc]
            for name, wanted in FILTERS.items()
        },
        "index_bytes": index.path.stat().st_size,
    }


def main() -> None:
    """Measures on a folder and in Cloud Storage, and states the first page's time."""
    largest = max(len(fitted(card(number)).encode()) for number in range(200))
    with tempfile.TemporaryDirectory(prefix="recsflow-") as folder:
        details = {"folder": measure(f"file://{folder}/artifacts", Path(folder))}
        with temporary_machine(sample=False) as machine:
            os.environ.update(machine.settings.environment())
            details["cloud_storage"] = measure(machine.settings.artifact_root_uri, Path(folder))
    print(json.dumps(details, indent=2))
    details["largest_card_bytes"] = {"of_200": largest}
    value = details["folder"]["first_page_ms"]
    Result("cards", value, "ms", f"<= {GOAL_MS}", "none; the goal is absolute", details).report()


if __name__ == "__main__":
    main()
