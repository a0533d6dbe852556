import pytest

from scripts.follow_dag import main, own_log, progress

pytestmark = pytest.mark.unit

STARTED = "2026-01-01T12:00:00.000000Z [info     ] [DAG TEST] starting task_id=stage_dataset map_index=-1 [x]"
TRACEBACK = [
    "2026-01-01T12:00:01.000000Z [error    ] Task failed with exception     [task] loc=task_runner.py:1639",
    "Traceback (most recent call last):",
    '  File "task.py", line 1, in execute',
    "    raise QueryFailed",
    "           ^^^^^^",
    "QueryFailed: 2 problems:",
    "  - no such column",
    "  - no such table",
]


def said(text: str) -> str:
    return f"2026-01-01T12:00:02.000000Z [error    ] recsflow | {text} [recsflow.progress] loc=progress.py:23"


def test_task_and_its_own_lines_are_shown_without_the_log_around_them():
    log = [STARTED, "2026-01-01T12:00:01.000000Z [info     ] noise [task]", said("stage_dataset | 5 rows")]
    assert list(progress(log)) == ["- stage_dataset", "    5 rows"]


def test_task_of_a_mapped_group_is_shown_with_its_index_once_it_says_something():
    def starts(task_id: str, map_index: int) -> str:
        return STARTED.replace("stage_dataset map_index=-1", f"{task_id} map_index={map_index}")

    log = [starts("trial.suggest", 3), starts("trial.suggest", 2), said("trial.suggest | its turn")]
    log += [starts("trial.stage_dataset", 2), said("stage_dataset | 5 rows"), starts("summarize_sweep", -1)]
    shown = [
        "- trial 2: suggest",
        "    its turn",
        "- trial 2: stage_dataset",
        "    5 rows",
        "- summarize_sweep",
    ]
    assert list(progress(log)) == shown


def test_silent_failure_of_a_mapped_task_is_shown_below_its_title():
    log = [STARTED.replace("stage_dataset map_index=-1", "trial.suggest map_index=0"), *TRACEBACK]
    assert list(progress(log))[:2] == ["- trial 0: suggest", "  ! QueryFailed: 2 problems:"]


def test_error_that_the_task_says_itself_is_shown_once():
    log = [*TRACEBACK, said("stage_dataset | FAILED 2 problems:"), said("stage_dataset |   - no such column")]
    assert list(progress(log)) == ["    FAILED 2 problems:", "      - no such column"]


def test_frames_after_the_tasks_own_words_are_left_out_and_the_next_tasks_error_is_shown():
    log = [STARTED, said("stage_dataset | FAILED 2 problems:"), *TRACEBACK]
    assert list(progress([*log, STARTED, *TRACEBACK])) == [
        *("- stage_dataset", "    FAILED 2 problems:", "- stage_dataset"),
        *("  ! QueryFailed: 2 problems:", "  !   - no such column", "  !   - no such table"),
    ]


@pytest.mark.parametrize("after", [[], [STARTED], [said("stage_dataset | next try")]])
def test_error_that_no_task_says_is_shown_whole_without_its_frames(after):
    shown = list(progress([*TRACEBACK, *after]))
    assert shown[:3] == ["  ! QueryFailed: 2 problems:", "  !   - no such column", "  !   - no such table"]


def test_of_a_chain_of_errors_the_last_one_is_shown():
    cause = ["Traceback (most recent call last):", '  File "a.py", line 1', "KeyError: 'x'", ""]
    chain = [
        *cause,
        "The above exception was the direct cause:",
        "",
        *TRACEBACK[1:],
    ]
    assert next(progress(chain)) == "  ! QueryFailed: 2 problems:"


def test_explanations_after_an_empty_line_are_left_out():
    log = [*TRACEBACK[1:5], "ParamValidationError: epochs is 0", "", "Failed validating in schema:", "    {}"]
    assert list(progress(log)) == ["  ! ParamValidationError: epochs is 0"]


def test_runs_that_begin_in_the_same_second_write_logs_of_their_own(tmp_path):
    wanted = tmp_path / "logs" / "run-20260101T120000.log"
    for name, text in (("run-20260101T120000.log", "one"), ("run-20260101T120000-2.log", "two")):
        with own_log(wanted) as log:
            log.write(text)
        assert (tmp_path / "logs" / name).read_text() == text


@pytest.mark.parametrize(
    ("conf", "said"),
    [
        ('{"epochs": 0}', "error: run parameters: epochs is 0; use at least 1 and at most 1000.\n"),
        ("epochs=3", "error: PARAMS is 'epochs=3', which is no JSON ("),
        ("[3]", "error: PARAMS is '[3]'; write a JSON object.\n"),
    ],
)
def test_wrong_value_is_told_before_airflow_starts(tmp_path, monkeypatch, capsys, conf, said):
    log = tmp_path / "run.log"
    monkeypatch.setattr("sys.argv", ["follow_dag.py", str(log), "quick_test", "--conf", conf])
    assert main() == 2
    assert capsys.readouterr().err.startswith(said)
    assert not log.exists()
