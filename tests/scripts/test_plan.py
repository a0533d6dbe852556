"""The command as a person types it, on a machine where no server runs."""

import os
import subprocess
import sys

import pytest

from local_cloud.settings import REPOSITORY, LocalSettings

# No server, but Airflow's import and the reading of all DAGs take seconds.
pytestmark = pytest.mark.emulator


@pytest.fixture
def plan(tmp_path):
    """Runs the command and returns its exit status, what it says, and what it complains about."""
    environment = LocalSettings(home=tmp_path / "home", port_offset=12_345).environment()

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "scripts.plan", *arguments],
            cwd=REPOSITORY,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    return run


def test_mistakes_are_told_in_the_sentences_of_the_run_and_all_together(plan):
    status, said, complaint = plan(
        "quick_test", "--offline", "--conf", '{"learning_rat": 0.02, "holdout_days": 0, "features": "ritch"}'
    )
    assert (status, said) == (1, "")
    assert complaint.startswith("3 problems in the configuration:\n")
    assert "run parameters: learning_rat is not a known key; did you mean 'learning_rate'?" in complaint
    assert "run parameters: holdout_days is 0; use at least 1" in complaint
    assert "ritch" in complaint


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["quick_tset"],
            "command line: DAG is 'quick_tset', of which there is no plan; did you mean 'quick_test'?",
        ),
        (["quick_test", "--conf", "[1]"], "command line: --conf is '[1]'; write a JSON object."),
        (
            ["quick_test", "--date", "yesterday"],
            "command line: --date is 'yesterday'; write a date as 2017-12-31.",
        ),
    ],
)
def test_what_cannot_be_planned_is_one_sentence(plan, arguments, sentence):
    status, said, complaint = plan(*arguments, "--offline")
    assert (status, said) == (1, "")
    assert complaint.startswith(sentence)


def test_a_schedule_is_planned_for_a_date_with_its_own_parameters(plan, tmp_path):
    status, said, complaint = plan("retraining_weekly", "--date", "2017-11-20", "--offline")
    assert (status, complaint) == (0, "")
    assert "plan of a run of retraining_weekly: complete_journey / assortment / history" in said
    assert "to 2017-11-20, that day not included" in said
    assert "100 % of the rows" in said
    assert "Nothing but the configs was read, as --offline asks." in said
    assert not (tmp_path / "home" / "artifacts").exists()


def test_services_that_are_down_are_named_and_the_rest_is_planned(plan):
    status, said, _ = plan("quick_test")
    assert status == 0
    assert "The warehouse could not be asked: " in said
    assert "no answer ([Errno 111] Connection refused)" in said
    assert "nor that tables and columns are there" in said
    assert "What earlier runs left in the artifact root: " in said
    assert "no answer from http://127.0.0.1:21375 ([Errno 111] Connection refused)" in " ".join(said.split())
    assert "trainer_module" in said
