"""Whether quotas leave a run what it needs; the services are at the cloud's edge, on loopback."""

import json

import pytest

from recsflow.doctor.finding import Health
from recsflow.doctor.quota_readings import Quota
from recsflow.doctor.quotas import check_quotas
from recsflow.settings import parse_settings
from tests.plugins.quotas_server import QuotasServer

pytestmark = pytest.mark.unit

CPUS, T4, L4 = (
    "custom_model_training_cpus",
    "custom_model_training_nvidia_t4_gpus",
    "custom_model_training_nvidia_l4_gpus",
)
MORE = "https://console.cloud.google.com/iam-admin/quotas?project=local"
IN_REGION = "aiplatform.googleapis.com/custom_model_training_cpus in us-central1"


@pytest.fixture
def google(monkeypatch):
    server = QuotasServer()
    extra = {"is_anonymous": True, "project": "local", "quotas_endpoint": server.url}
    connection = {"conn_type": "google_cloud_platform", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_RECSFLOW_GCP", json.dumps(connection))
    yield server
    server.close()


@pytest.fixture
def found(settings_values):
    """What the doctor says of quotas, with how bad it is."""

    def found(**changes):
        settings = parse_settings(json.dumps({**settings_values, **changes}))
        return [(finding.health, finding.said) for finding in check_quotas(settings)]

    return found


def test_what_is_left_is_what_is_not_in_use(google, found):
    google.quotas, google.used = {CPUS: 42, T4: 1}, {CPUS: 8}
    google.daily_mib, google.read_mib = 1024, [100, 24]
    assert found() == [
        (Health.GOOD, f"34 of 42 are left of {IN_REGION}; a component takes 4"),
        (Health.GOOD, "NVIDIA_TESLA_T4: enough is left in us-central1 for one machine"),
        # 900 MiB
        (
            Health.GOOD,
            "queries of project local may read 943,718,400 bytes more until midnight, Pacific time",
        ),
    ]


def test_a_project_without_bounds_has_enough(google, found):
    assert {health for health, _ in found(maximum_bytes_billed_per_run=2**50)} == {Health.GOOD}


def test_nothing_is_said_of_accelerators_whose_own_quota_is_not_known(google, found):
    google.quotas = {CPUS: 42}
    assert len(found()) == 2


def test_a_quota_below_one_machine_fails_each_run(google, found):
    google.quotas = {CPUS: 2}
    assert found()[0] == (
        Health.BAD,
        f"{IN_REGION} is 2, and a component takes 4, so that each is refused; ask for more at {MORE}",
    )


def test_a_quota_of_nothing_is_not_one_without_a_bound(google, found):
    google.quotas = {CPUS: 0}
    assert found()[0][0] is Health.BAD


def test_a_quota_that_others_use_up_makes_a_run_wait(google, found):
    google.quotas, google.used = {CPUS: 42}, {CPUS: 40}
    assert found()[0] == (
        Health.DOUBTFUL,
        f"2 of 42 are left of {IN_REGION}, and a component takes 4, so that it waits for other jobs' end; "
        f"ask for more at {MORE}",
    )


def test_an_accelerator_without_quota_is_a_warning_where_there_is_an_image_for_it(google, found):
    google.quotas = {CPUS: 42, T4: 4, L4: 1, "custom_model_training_g2_cpus": 0}
    said = (
        "too little is left in us-central1 for NVIDIA_L4 (needs 8 of "
        "aiplatform.googleapis.com/custom_model_training_g2_cpus, 0 left); "
        f"ask for more at {MORE}"
    )
    assert found()[1:3] == [
        (Health.GOOD, "NVIDIA_TESLA_T4: enough is left in us-central1 for one machine"),
        (Health.GOOD, said),
    ]
    assert found(accelerator_image="local/cuda:1")[2] == (Health.DOUBTFUL, said)


def test_a_day_without_bytes_left_fails_each_run(google, found):
    google.daily_mib, google.read_mib = 100, [95]
    assert found()[-1] == (
        Health.BAD,
        "queries of project local may read 5,242,880 bytes more until midnight, Pacific time; wait, or raise "
        f"QueryUsagePerDay at {MORE}",
    )


def test_a_day_with_less_left_than_a_run_may_be_billed_is_a_warning(google, found):
    google.daily_mib, google.read_mib = 100, [60]
    assert found(maximum_bytes_billed_per_run=100 * 2**20)[-1] == (
        Health.DOUBTFUL,
        "queries of project local may read 41,943,040 bytes more until midnight, Pacific time, and "
        "maximum_bytes_billed_per_run lets a run be billed 104,857,600; wait, or raise QueryUsagePerDay at "
        f"{MORE}",
    )


@pytest.mark.parametrize(
    ("path", "resource"),
    [
        ("/v1/", "v1/projects/local/locations/global/services/aiplatform.googleapis.com/quotaInfos"),
        ("/v3/", "v3/projects/local/timeSeries"),
    ],
)
def test_what_nobody_tells_is_a_warning_that_names_the_role(google, found, path, resource):
    google.refused = (path,)
    assert found() == [
        (
            Health.DOUBTFUL,
            f"cannot be read: {google.url} does not tell {resource} (Permission denied on resource project "
            "local.); switch its API on in the project, and grant the account "
            "roles/servicemanagement.quotaViewer there",
        )
    ]


def test_the_day_of_a_quota_starts_at_midnight_in_california(google, found):
    found()
    (queries,) = [asked for asked in google.asked if "net_usage" in asked.get("filter", "")]
    start = queries["interval.startTime"]
    # 07:00 or 08:00 UTC, as daylight saving has it.
    assert start[11:] in {"07:00:00+00:00", "08:00:00+00:00"}


# The first two are as https://cloud.google.com/docs/quotas/api-overview has them.
CENTRAL = {
    "dimensions": {"region": "us-central1"},
    "details": {"value": "200"},
    "applicableLocations": ["us-central1"],
}
OTHERS = {"details": {"value": "100"}, "applicableLocations": ["us-west1", "us-east1"]}
GLOBAL = {"details": {"value": "300"}, "applicableLocations": ["global"]}
OF_ONE_NETWORK = {"dimensions": {"region": "us-central1", "network_id": "7"}, "details": {"value": "1"}}


@pytest.mark.parametrize(
    ("bounds", "region", "limit"),
    [
        ((CENTRAL, OTHERS), "us-central1", 200),
        ((CENTRAL, OTHERS), "us-east1", 100),
        ((CENTRAL, OTHERS), "europe-west4", None),
        ((GLOBAL,), "europe-west4", 300),
        ((OF_ONE_NETWORK, CENTRAL), "us-central1", 200),
        (({"details": {}},), "us-central1", 0),
        (({"details": {"value": "-1"}},), "us-central1", None),
        (({"details": {"value": "9223372036854775807"}},), "us-central1", None),
        ((), "us-central1", None),
    ],
)
def test_a_bound_holds_where_it_applies(bounds, region, limit):
    assert Quota("metric", "id", bounds).limit(region) == limit
