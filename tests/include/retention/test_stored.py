import json
import os
from datetime import timedelta

import pytest

from include import storage
from include.retention.item import Kind
from include.retention.names import experiment_item, sweep_item
from include.retention.stored import files_use, stored_items
from tests.include.retention.items import NEW, NOW, OLD

pytestmark = pytest.mark.unit


@pytest.fixture
def root(tmp_path):
    return tmp_path.as_uri()


def write(root, path, text="", *, age_days=40):
    uri = storage.write_text(f"{root}/{path}", text)
    changed = (NOW - timedelta(days=age_days)).timestamp()
    os.utime(storage.local_path(uri), (changed, changed))


def found(root):
    return {item.name: item for item in stored_items(root)}


def test_nothing_is_found_where_nothing_was_written(root):
    assert stored_items(root) == []


def test_a_folder_counts_as_a_whole(root):
    write(root, f"experiments/{OLD}/experiment.json", "12345", age_days=40)
    write(root, f"experiments/{OLD}/model/variables/x", "123", age_days=38)
    [item] = stored_items(root)
    assert (item.kind, item.name, item.size_bytes) == (Kind.EXPERIMENT, f"experiments/{OLD}", 8)
    assert (NOW - item.oldest, NOW - item.newest) == (timedelta(days=40), timedelta(days=38))
    assert item.paths == (f"experiments/{OLD}",)


def test_a_card_goes_with_its_experiment_and_counts_for_its_age(root):
    write(root, f"experiments/{OLD}/experiment.json", "12345", age_days=40)
    write(root, f"cards/{OLD}.json", "123", age_days=38)
    [item] = stored_items(root)
    assert (item.kind, item.name, item.size_bytes) == (Kind.EXPERIMENT, f"experiments/{OLD}", 8)
    assert NOW - item.newest == timedelta(days=38)
    assert item.paths == (f"cards/{OLD}.json", f"experiments/{OLD}")


def test_the_card_of_a_run_that_was_refused_goes_by_itself(root):
    write(root, f"cards/{OLD}.json", "123", age_days=40)
    assert found(root)[f"experiments/{OLD}"].paths == (f"cards/{OLD}.json",)


def test_a_compiled_pipeline_is_what_it_was_made_from_and_what_a_build_left_too(root):
    key = "0123456789abcdef0123"
    for suffix in ("", ".topology", ".built"):
        write(root, f"compiled/{key}{suffix}.json")
    assert found(root)[f"compiled/{key}"].paths == (
        f"compiled/{key}.built.json",
        f"compiled/{key}.json",
        f"compiled/{key}.topology.json",
    )


def test_what_is_not_ours_is_not_found(root):
    for path in (
        "holdouts/weekly.html",
        "sweeps/winners/history.json",
        "rows/rows_of_mine/a.parquet",
        "experiments/notes.txt",
        "pipeline_root/local/a-job/x",
        "reports/0123456789ab/x",
    ):
        write(root, path)
    assert stored_items(root) == []


def test_an_empty_folder_of_a_job_is_found(root, tmp_path):
    (tmp_path / "pipeline_root" / "local" / OLD).mkdir(parents=True)
    assert list(found(root)) == [f"pipeline_root/local/{OLD}"]


def test_what_an_interrupted_removal_left_is_found_by_its_first_name(root):
    write(root, f"pipeline_root/local/.{OLD}.0a1b2c3d.removed/Trainer_1/model", "1234")
    [item] = stored_items(root)
    assert item.name == f"pipeline_root/local/{OLD}"
    assert item.paths == (f"pipeline_root/local/.{OLD}.0a1b2c3d.removed",)


def test_an_experiment_uses_its_rows_its_parent_and_its_sweep(root):
    resolved = {"parent_experiment_id": NEW, "sweep_id": "sweep-x-0123456789"}
    write(root, f"experiments/{OLD}/experiment.json", json.dumps(resolved))
    write(root, f"experiments/{OLD}/query.sql", "CREATE TABLE `local.staging.rows_0123456789ab` AS")
    [item] = stored_items(root)
    whole = {experiment_item(NEW), sweep_item("sweep-x-0123456789")}
    rows = {"tables/rows_0123456789ab", "rows/rows_0123456789ab"}
    assert files_use(item, root, active=True) == whole | rows
    assert files_use(item, root, active=False) == whole


def test_a_sweep_uses_the_experiments_of_its_trials(root):
    write(root, f"sweeps/{OLD}/trials/0.json", json.dumps({"experiment_id": NEW}))
    [item] = stored_items(root)
    assert files_use(item, root, active=False) == {experiment_item(NEW)}


def test_an_experiment_that_came_no_further_uses_nothing(root):
    write(root, f"experiments/{OLD}/experiment.json", "{}")
    assert files_use(stored_items(root)[0], root, active=True) == set()
