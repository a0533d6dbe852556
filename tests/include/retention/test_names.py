import json

import pytest

from include.experiment.resolve.identity import experiment_id
from include.retention.item import Kind
from include.retention.names import is_staged_table, item_of, mentioned
from tests.include.retention.items import OLD, ROOT

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("path", "item"),
    [
        ("rows/rows_0123456789ab/train/rows.parquet", (Kind.ROWS, "rows/rows_0123456789ab")),
        ("rows/rows_0123456789ab/history/rows.parquet", (Kind.ROWS, "rows/rows_0123456789ab")),
        ("modules/0123456789ab/trainer_module.py", (Kind.MODULES, "modules/0123456789ab")),
        ("compiled/0123456789abcdef0123.json", (Kind.SPEC, "compiled/0123456789abcdef0123")),
        ("compiled/0123456789abcdef0123.topology.json", (Kind.SPEC, "compiled/0123456789abcdef0123")),
        ("compiled/0123456789abcdef0123.built.json", (Kind.SPEC, "compiled/0123456789abcdef0123")),
        (f"sweeps/{OLD}/trials/0.json", (Kind.SWEEP, f"sweeps/{OLD}")),
        (f"experiments/{OLD}", (Kind.EXPERIMENT, f"experiments/{OLD}")),
        (f"pipeline_root/local/{OLD}/Trainer_1/model", (Kind.ARTIFACTS, f"pipeline_root/local/{OLD}")),
        (f"pipeline_root/12345/{OLD}-2/Trainer_-1/x", (Kind.ARTIFACTS, f"pipeline_root/12345/{OLD}-2")),
    ],
)
def test_what_runs_leave_is_known_by_its_place_and_name(path, item):
    assert item_of(path) == item


def test_names_of_experiments_are_those_that_runs_get():
    name = experiment_id("retraining_weekly", "scheduled__2026-01-05T05:00:00+00:00")
    assert item_of(f"experiments/{name}/experiment.json") == (Kind.EXPERIMENT, f"experiments/{name}")


@pytest.mark.parametrize(
    "path",
    [
        "holdouts/weekly.html",
        "sweeps/winners/history.json",
        "rows/rows_of_mine/train.parquet",
        "rows/rows_0123456789abc/train.parquet",
        "modules/shared/trainer_module.py",
        "compiled/readme.json",
        "experiments/keep-this/notes.txt",
        f"pipeline_root/{OLD}/x",
        "pipeline_root/local/somebody-elses-job/x",
        "models/0123456789ab",
        "",
    ],
)
def test_names_that_are_not_ours_belong_to_nothing(path):
    assert item_of(path) is None


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("rows_0123456789ab", True),
        ("rows_0123456789ab_backup", False),
        ("rows_2026", False),
        ("my_rows_0123456789ab", False),
        ("rows_0123456789AB", False),
    ],
)
def test_only_tables_named_by_a_hash_are_staged_tables(name, ours):
    assert is_staged_table(name) is ours


def test_paths_are_found_in_what_components_are_told():
    told = json.dumps({"metrics_uri": f"{ROOT}/experiments/{OLD}/training_metrics.json"})
    assert mentioned(told, ROOT) == {f"experiments/{OLD}"}
    assert mentioned(f"candidate={ROOT}/pipeline_root/7/{OLD}/Trainer_1/model/Format-Serving", ROOT) == {
        f"pipeline_root/7/{OLD}"
    }
    assert mentioned("gs://other/prefix/modules/0123456789ab/x.py", ROOT) == set()


def test_local_paths_are_found_with_and_without_scheme():
    root = "file:///home/me/artifacts"
    for text in (f"{root}/modules/0123456789ab/x.py", "/home/me/artifacts/modules/0123456789ab/x.py"):
        assert mentioned(text, root) == {"modules/0123456789ab"}


def test_a_table_stands_for_its_rows_too():
    sql = "SELECT * EXCEPT (split) FROM `p.staging.rows_0123456789ab` WHERE split = 'train'"
    assert mentioned(sql, ROOT) == {"tables/rows_0123456789ab", "rows/rows_0123456789ab"}
