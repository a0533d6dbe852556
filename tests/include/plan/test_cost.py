import pytest

from include.experiment.config.accelerators import Accelerator
from include.plan.cache_hits import ComponentPlan
from include.plan.cost import Prices, Usage, size, total, upper_bound

pytestmark = pytest.mark.unit

PRICES = Prices(
    currency="EUR",
    basis="our contract of 2026",
    query_per_tib=6,
    component_per_hour=0.5,
    trainer_per_hour={Accelerator.CPU: 0.5, Accelerator.L4: 2},
)


def usage(**changes):
    components = [ComponentPlan(name, True, "") for name in ("ExampleGen", "Transform", "Trainer")]
    values = {"scanned_bytes": 2**39, "components": components, "limit_s": 86_400}
    return Usage(**{"accelerator": Accelerator.L4, **values, **changes})


def amounts(**changes):
    return [item.amount for item in upper_bound(usage(**changes), PRICES)]


def test_every_component_that_runs_is_paid_for_until_the_job_is_cancelled():
    # Half a TiB at 6; 24 h at 2; twice 24 h at 0.5.
    assert amounts() == [3, 48, 24]
    assert total(upper_bound(usage(), PRICES)) == 75


def test_a_component_that_is_re_used_costs_nothing_and_one_of_which_nothing_is_known_counts():
    parts = [ComponentPlan("A", False, ""), ComponentPlan("B", None, ""), ComponentPlan("Trainer", True, "")]
    assert amounts(components=parts) == [3, 48, 12]


def test_nothing_is_made_up_where_a_price_or_a_quantity_is_missing():
    assert amounts(scanned_bytes=None)[0] is None
    assert amounts(accelerator=Accelerator.A100)[1] is None
    assert amounts(limit_s=None)[1:] == [None, None]
    assert amounts(components=())[1:] == [48, None]
    assert total(upper_bound(usage(scanned_bytes=None), PRICES)) is None
    assert [item.amount for item in upper_bound(usage(), None)] == [None, None, None]


def test_what_is_free_costs_nothing_however_much_it_is():
    free = Prices(
        currency="USD",
        basis="b",
        query_per_tib=0,
        component_per_hour=0,
        trainer_per_hour={Accelerator.CPU: 0},
    )
    asked = usage(scanned_bytes=None, limit_s=None, accelerator=Accelerator.CPU)
    assert total(upper_bound(asked, free)) == 0


def test_a_job_after_the_pipeline_is_paid_for_as_long_as_it_is_waited_for():
    # Two hours at 0.5.
    assert amounts(later_jobs_s={"wait_for_scores": 7200})[3:] == [1]


def test_rows_that_are_staged_already_are_not_queried_again():
    assert amounts(scanned_bytes=0) == [48, 24]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1536, "1.5 KiB"),
        (3 * 2**30, "3.0 GiB"),
        (5 * 2**40, "5.00 TiB"),
        (2**50, "1024.00 TiB"),
    ],
)
def test_bytes_are_shown_in_units_of_1024(count, text):
    assert size(count) == text
