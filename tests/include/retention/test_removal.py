import pytest

from include.retention.removal import InUse, remove_all
from tests.include.retention.items import OLD, item

pytestmark = pytest.mark.unit

ARTIFACTS, JOB = item(f"pipeline_root/local/{OLD}", 40), item(f"pipelineJobs/{OLD}", 40)
ROWS = item("rows/rows_0123456789ab", 40)


class Remover:
    def __init__(self, **errors):
        self.errors = {name.replace("__", "/"): error for name, error in errors.items()}
        self.asked = []

    def __call__(self, each):
        self.asked.append(each.name)
        for name, error in self.errors.items():
            if each.name.startswith(name):
                raise error


def names(items):
    return [each.name for each in items]


def test_all_goes_in_the_order_given():
    remover = Remover()
    assert names(remove_all([ROWS, ARTIFACTS, JOB], remover).removed) == remover.asked
    assert remover.asked == [ROWS.name, ARTIFACTS.name, JOB.name]


def test_one_failure_does_not_stop_the_rest():
    done = remove_all([ROWS, ARTIFACTS, JOB], Remover(rows=PermissionError("no")))
    assert names(done.removed) == [ARTIFACTS.name, JOB.name]
    [failure] = done.failed
    assert (failure.item, failure.reason) == (ROWS, "PermissionError: no")


@pytest.mark.parametrize("error", [OSError("busy"), InUse()])
def test_the_record_of_a_job_stays_while_its_artifacts_do(error):
    remover = Remover(pipeline_root=error)
    done = remove_all([ARTIFACTS, JOB], remover)
    assert done.removed == ()
    assert remover.asked == [ARTIFACTS.name]
    assert JOB in done.spared


def test_what_is_in_use_since_is_no_failure():
    done = remove_all([ROWS], Remover(rows=InUse()))
    assert (names(done.spared), done.failed) == ([ROWS.name], ())
