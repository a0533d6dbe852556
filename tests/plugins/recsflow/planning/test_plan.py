"""A plan and the run after it, through the real tasks against the emulator: one says what the other does."""

import logging
import shutil
from pathlib import Path

import pytest

from include.artifacts.by_content import CompiledPipeline, ModuleFolder, RowsFolder
from include.artifacts.experiment import ExperimentCard, ExperimentFolder
from include.artifacts.layout import ArtifactLayout
from include.artifacts.run_number import RunNumber
from include.errors import RecsflowError
from include.warehouse.connection import connect
from recsflow.experiments.resolution import RunIdentity, resolve_run
from tests.artifacts import has_place
from tests.plugins.recsflow.planning.engineer import MOMENT

pytestmark = pytest.mark.emulator


def test_a_plan_before_the_first_run_promises_nothing_and_makes_nothing(engineer):
    engineer.plan()
    before = engineer.everything()
    plan = engineer.plan()
    assert engineer.everything() == before
    assert plan["stage_dataset"].startswith("runs, local.staging_")
    assert plan["stage_dataset"].endswith("at most 2,000 rows, all of planned.purchases")
    assert plan["export"] == "runs"
    assert plan["generate_modules"].count("(new)") == 2
    assert plan["submit_pipeline"].endswith("(compiles anew)")
    assert plan["components"].startswith("all run")


def test_what_a_run_left_is_re_used_and_the_trainer_runs_for_its_learning_rate(engineer):
    engineer.run(learning_rate=0.2)
    plan = engineer.plan(learning_rate=0.02)
    assert plan["stage_dataset"].startswith("re-used, ")
    assert plan["export"].startswith("re-used")
    assert plan["generate_modules"].count("(re-used)") == 2
    assert plan["submit_pipeline"].endswith("(compiled before)")
    assert plan["ExampleGen"].startswith("re-used, as in quick-test-manual-1")
    assert plan["Transform"].startswith("re-used")
    assert plan["Trainer"] == "runs: trainer_config: training.learning_rate 0.2 -> 0.02"
    assert plan["trainer_config"] == "training.learning_rate 0.2 -> 0.02"


def test_the_run_then_does_as_planned(engineer):
    engineer.run(learning_rate=0.2)
    planned = engineer.plan(learning_rate=0.02)
    tables, files, _, _ = engineer.everything()
    first, second = next(iter(engineer.jobs.jobs)), engineer.run(learning_rate=0.02)
    same = {"rows_uri", "transform_module_uri", "trainer_module_uri"}
    told = [engineer.jobs.jobs[each]["runtimeConfig"]["parameters"] for each in (first, second)]
    assert {name for name in told[0] if told[0][name] == told[1][name]} == same
    assert planned["generate_modules"].count("(re-used)") == 2
    tables_after, files_after, _, _ = engineer.everything()
    assert tables_after == tables
    assert not [each for each in set(files_after) - set(files) if "/modules/" in each or "/rows/" in each]
    # A clean-up finds all of it: nothing lies where the layout declares nothing.
    layout = ArtifactLayout(str(engineer.root))
    there = {each.removeprefix(f"{layout.root}/") for each in files_after if Path(each).is_file()}
    left = {path for path in there if not path.startswith(("configs/", "made/", "mlruns/"))}
    kinds = {type(layout.parse(path)) for path in left}
    assert kinds == {
        *(ExperimentFolder, ExperimentCard, RunNumber),
        *(RowsFolder, ModuleFolder, CompiledPipeline),
    }
    assert {path for path in left if not has_place(path, layout)} == set()


def test_other_rows_are_read_again_and_everything_after_them(engineer):
    engineer.run()
    plan = engineer.plan(sample_percent=100)
    assert plan["stage_dataset"].startswith("runs, ")
    assert plan["ExampleGen"] == "runs: rows_uri: @sample_buckets INT64 = 2500 -> none"
    assert plan["Transform"] == "runs: reads ExampleGen, which runs"
    assert plan["generate_modules"].count("(re-used)") == 2


def test_other_features_are_another_pipeline_with_rows_and_modules_of_its_own(engineer):
    engineer.run()
    plan = engineer.plan(features="kinds")
    assert plan["stage_dataset"].startswith("runs, ")
    assert plan["generate_modules"].count("(new)") == 2
    assert plan["kind"] == "STRING -> STRING, NULLIF(kind, '')"
    assert plan["components"].startswith("all run: the pipeline was never compiled")


def test_features_that_were_edited_meanwhile_name_the_line(engineer):
    engineer.run()
    features = engineer.root / "configs" / "features" / "basic.yaml"
    features.write_text((engineer.root / "configs" / "features" / "kinds.yaml").read_text())
    plan = engineer.plan()
    # The staged column comes first.
    assert plan["ExampleGen"].startswith("runs: rows_uri: ")
    assert "kind" in plan["ExampleGen"]
    assert plan["Transform"].startswith("runs: transform_module_uri: ")
    assert "kind" in plan["Transform"]


def test_a_table_that_was_dropped_is_staged_and_read_again(engineer):
    engineer.run()
    table = engineer.plan()["stage_dataset"].split()[1]
    engineer.client.delete_table(table, retry=None)
    plan = engineer.plan()
    assert plan["stage_dataset"].startswith("runs, ")
    assert plan["ExampleGen"] == "runs: rows_uri: the files are written anew"


def test_a_result_that_somebody_deleted_is_made_again(engineer):
    job_id = engineer.run()
    shutil.rmtree(engineer.root / "made" / job_id / "Transform")
    plan = engineer.plan()
    assert plan["ExampleGen"].startswith("re-used")
    assert plan["Transform"].startswith("runs: its result is gone: ")


def test_services_that_are_away_are_named_and_the_rest_is_told(engineer, monkeypatch):
    engineer.run()
    engineer.jobs.outage = 100
    plan = engineer.plan()
    assert plan["stage_dataset"].startswith("re-used")
    assert plan["components"] == "not known"
    assert "so what is re-used of the pipeline: Vertex AI: " in plan["What"]
    assert "down for a moment" in plan["What"]


def test_a_service_that_this_account_may_not_read_is_named_and_the_rest_is_told(engineer):
    engineer.run()
    engineer.jobs.unreadable = True
    plan = engineer.plan()
    assert plan["stage_dataset"].startswith("re-used")
    assert plan["components"] == "not known"
    assert "reading job quick-test-" in plan["What"]
    assert " was refused: not yours" in plan["What"]


def test_a_run_goes_on_without_what_slow_services_did_not_say_in_time(engineer, caplog, monkeypatch):
    caplog.set_level(logging.INFO, logger="recsflow.progress")
    monkeypatch.setattr("recsflow.planning.logged.TIME_LIMIT_S", -1.0)
    assert engineer.run()
    late = "not asked any more, since the services were slow and the run goes on"
    assert f"What earlier runs left in the artifact root: {late}" in caplog.text


def test_a_run_goes_on_where_no_plan_can_be_made(engineer, caplog):
    caplog.set_level(logging.INFO, logger="recsflow.progress")
    engineer.run(learning_rate=0.2)
    (kept,) = engineer.root.rglob("*.topology.json")
    kept.write_text("[")
    assert engineer.run(learning_rate=0.02)
    assert "WARNING no plan could be made, and the run goes on: JSONDecodeError" in caplog.text


def test_offline_asks_nobody_and_says_so(engineer, monkeypatch):
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", "http://127.0.0.1:1")
    engineer.jobs.outage = 100
    plan = engineer.plan(offline=True, learning_rate=0.3)
    assert plan["columns"] == ("household_id, product_id, transaction_timestamp; their types are not known")
    assert plan["generate_modules"].count("(not asked whether it is there)") == 2
    assert plan["stage_dataset"] == plan["components"] == "not known"
    assert plan["offline:"] == "nothing was asked"
    assert engineer.jobs.outage == 100


def test_a_statement_that_cannot_run_is_found_out_before_it_runs(engineer, monkeypatch):
    from include.sql import renderer

    real = renderer.render_staging_query(
        resolve_run(engineer.params({}), RunIdentity("d", "r", MOMENT), connect("local", location="US")),
        staging_dataset="s",
        project="local",
    )
    broken = type(real)(real.sql, real.parameters, real.table, real.fingerprint, "SELECT NO_SUCH(1)")
    with pytest.raises(RecsflowError, match="NO_SUCH"):
        connect("local", location="US").scanned_bytes(broken)
