import pytest

from include.errors import ConfigError
from include.retention.decision import cutoff_of, decide
from tests.include.retention.items import CUTOFF, NEW, NOW, OLD, item

pytestmark = pytest.mark.unit

ARTIFACTS = f"pipeline_root/local/{OLD}"
JOB = f"pipelineJobs/{OLD}"


def decided(*items, needed=None, further=None):
    uses = further or {}
    return decide(items, needed or {}, CUTOFF, lambda each, _: frozenset(uses.get(each.name, ())))


def going(decision):
    return [each.name for each in decision.going]


def kept(decision):
    return {each.item.name: each.reason for each in decision.kept}


def test_what_is_old_and_needed_by_nothing_may_go_and_what_is_younger_stays():
    decision = decided(item("rows/rows_a", 31), item("rows/rows_b", 29), item("tables/rows_c", 40))
    assert going(decision) == ["tables/rows_c", "rows/rows_a"]
    assert decision.young == 1
    assert kept(decision) == {}


def test_age_counts_from_the_last_change_to_the_second():
    assert going(decided(item("rows/rows_a", 30))) == []
    assert going(decided(item("rows/rows_a", 30 + 1 / 86400))) == ["rows/rows_a"]


def test_what_a_champion_needs_is_kept_with_what_belongs_to_it():
    decision = decided(
        item(f"experiments/{OLD}", 90, JOB),
        item(ARTIFACTS, 90, JOB),
        item(JOB, 90, ARTIFACTS, f"experiments/{OLD}", reads=["modules/m"]),
        item("modules/m", 90),
        needed={ARTIFACTS: "champion of retraining_weekly, version 3"},
    )
    assert going(decision) == ["modules/m"]
    assert set(kept(decision).values()) == {"champion of retraining_weekly, version 3"}
    assert len(kept(decision)) == 3


@pytest.mark.parametrize(("age_days", "runs"), [(1, False), (40, True)])
def test_what_a_job_was_made_from_stays_while_it_is_young_or_runs(age_days, runs):
    job = item(JOB, age_days, reads=["rows/rows_a"], runs=runs)
    assert going(decided(job, item("rows/rows_a", 50))) == []


def test_young_and_champion_at_once_keeps_what_it_reads():
    job = item(JOB, 1, reads=["rows/rows_a"])
    decision = decided(job, item("rows/rows_a", 50), needed={JOB: "champion of m, version 1"})
    assert going(decision) == []


def test_an_artifact_that_a_younger_job_was_given_again_is_kept_with_its_job():
    decision = decided(
        item(ARTIFACTS, 40, JOB),
        item(JOB, 40, ARTIFACTS),
        item(f"pipelineJobs/{NEW}", 2, f"pipeline_root/local/{NEW}", ARTIFACTS),
        item(f"pipeline_root/local/{NEW}", 2, f"pipelineJobs/{NEW}"),
    )
    assert going(decision) == []
    reason = f"needed by pipelineJobs/{NEW}, younger than the retention"
    assert kept(decision) == {ARTIFACTS: reason, JOB: reason}


def test_jobs_that_share_an_artifact_go_together_and_the_artifacts_before_the_records():
    decision = decided(
        item(f"pipelineJobs/{NEW}", 35, ARTIFACTS),
        item(JOB, 40, ARTIFACTS),
        item(ARTIFACTS, 40, JOB),
    )
    assert going(decision) == [ARTIFACTS, JOB, f"pipelineJobs/{NEW}"]


def test_a_job_that_runs_is_kept_with_all_that_it_may_re_use_however_old_it_is():
    runs = item("pipelineJobs/long", 60, reads=[JOB, "rows/rows_a"], runs=True)
    decision = decided(runs, item(JOB, 60, ARTIFACTS), item(ARTIFACTS, 60), item("rows/rows_a", 60))
    assert going(decision) == []
    assert set(kept(decision).values()) == {"needed by pipelineJobs/long, which runs"}


def test_the_files_of_what_stays_are_asked_and_of_nothing_else():
    asked = []

    def further(each, active):
        asked.append((each.name, active))
        return frozenset({"tables/rows_a"} if each.name == "experiments/young" else set())

    items = [item("experiments/young", 1), item("experiments/old", 50), item("tables/rows_a", 50)]
    decision = decide(items, {}, CUTOFF, further)
    assert going(decision) == ["experiments/old"]
    assert asked == [("experiments/young", True), ("tables/rows_a", False)]


def test_uses_that_are_not_there_are_no_trouble():
    assert going(decided(item("experiments/young", 1, "rows/rows_gone"))) == []


def test_the_weightiest_reason_is_told():
    decision = decided(
        item(ARTIFACTS, 40),
        item("pipelineJobs/young", 1, ARTIFACTS),
        needed={ARTIFACTS: "champion of m, version 1"},
    )
    assert kept(decision) == {ARTIFACTS: "champion of m, version 1"}


@pytest.mark.parametrize("days", [0, -3, 1.5, True, "30", None])
def test_bad_retention_is_refused_in_one_sentence(days):
    with pytest.raises(ConfigError) as caught:
        cutoff_of(days, NOW)
    [problem] = caught.value.problems
    assert str(problem) == (
        f"run parameters: retention_days is {days!r}; use a whole number of days, 1 to 36500."
    )


def test_retention_is_counted_back_from_now():
    assert cutoff_of(30, NOW) == CUTOFF
