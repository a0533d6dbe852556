"""Rules of Vertex AI about what a job may say, without a server."""

import pytest

from local_cloud.errors import LocalCloudError
from local_cloud.vertex.bucket_region import check_bucket_region
from local_cloud.vertex.capacity import check_capacity
from local_cloud.vertex.errors import (
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    ResourceExhaustedError,
)
from local_cloud.vertex.identity_checks import check_identity, check_key
from local_cloud.vertex.limits import Limits
from local_cloud.vertex.message_checks import check_labels

pytestmark = pytest.mark.unit

IDENTITY = {
    "serviceAccount": "trainer@my-project.iam.gserviceaccount.com",
    "network": "projects/12345/global/networks/my-vpc",
    "reservedIpRanges": ["vertex-ai-ip-range"],
}
KEY = "projects/my-project/locations/us-central1/keyRings/ring/cryptoKeys/key"


def test_identity_that_is_written_as_documented_is_taken():
    check_identity(IDENTITY, "pipelineJob", account_required=True)
    check_identity({}, "pipelineJob", account_required=False)
    default = {"serviceAccount": "12345-compute@developer.gserviceaccount.com"}
    check_identity(default, "pipelineJob", account_required=True)
    check_key({"encryptionSpec": {"kmsKeyName": KEY}}, "pipelineJob", "us-central1")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("serviceAccount", "trainer", "pipelineJob.serviceAccount is 'trainer'; give an account's address"),
        ("serviceAccount", "me@example.com", "serviceAccount is 'me@example.com'"),
        ("network", "my-vpc", "network is 'my-vpc'; give projects/NUMBER/global/networks/NAME"),
        ("network", "projects/my-project/global/networks/my-vpc", "with the project's number"),
        ("reservedIpRanges", ["10.0.0.0/8"], "reservedIpRanges has '10.0.0.0/8'; give names of ranges"),
    ],
)
def test_identity_in_another_form_is_refused(field, value, words):
    with pytest.raises(InvalidArgumentError, match=words):
        check_identity({**IDENTITY, field: value}, "pipelineJob", account_required=False)


def test_account_is_missing_where_the_project_wants_one():
    with pytest.raises(FailedPreconditionError, match=r"jobSpec\.serviceAccount is missing"):
        check_identity({}, "customJob.jobSpec", account_required=True)


def test_key_of_another_region_is_refused():
    with pytest.raises(InvalidArgumentError, match="is in 'us-central1', the job in 'europe-west1'"):
        check_key({"encryptionSpec": {"kmsKeyName": KEY}}, "pipelineJob", "europe-west1")
    with pytest.raises(InvalidArgumentError, match="kmsKeyName is 'key'; give"):
        check_key({"encryptionSpec": {"kmsKeyName": "key"}}, "pipelineJob", "us-central1")


@pytest.mark.parametrize(
    ("location", "region", "is_near"),
    [
        ("US-CENTRAL1", "us-central1", True),
        ("US", "us-central1", True),
        ("EU", "europe-west4", True),
        ("EU", "us-central1", False),
        ("US", "europe-west4", False),
        ("EUROPE-WEST1", "europe-west4", False),
    ],
)
def test_bucket_is_in_the_region_of_the_job(location, region, is_near):
    def check():
        check_bucket_region("gs://shop/root", region, "root", location_of=lambda _uri: location)

    if is_near:
        check()
        return
    with pytest.raises(FailedPreconditionError) as refused:
        check()
    assert str(refused.value) == (
        f"The Cloud Storage bucket of `gs://shop/root` is in location `{location.lower()}`. It must be in "
        f"the same regional location as the service location `{region}`."
    )


def test_bucket_that_is_not_there_is_refused():
    with pytest.raises(NotFoundError, match="root is 'gs://shop/root', whose bucket does not exist"):
        check_bucket_region("gs://shop/root", "us-central1", "root", location_of=lambda _uri: None)


def pool(machine="n1-standard-8", replicas=1, **accelerator):
    return {"machineSpec": {"machineType": machine, **accelerator}, "replicaCount": str(replicas)}


def test_more_than_a_quota_is_refused_in_the_services_words():
    t4 = pool(acceleratorType="NVIDIA_TESLA_T4", acceleratorCount=1)
    quotas = {"custom_model_training_nvidia_t4_gpus": 0, "custom_model_training_cpus": 7}
    with pytest.raises(ResourceExhaustedError) as refused:
        check_capacity([t4], quotas)
    assert str(refused.value) == (
        "The following quota metrics exceed quota limits: "
        "aiplatform.googleapis.com/custom_model_training_cpus, "
        "aiplatform.googleapis.com/custom_model_training_nvidia_t4_gpus"
    )


@pytest.mark.parametrize(
    ("machine", "metric", "cpus"),
    [
        ("e2-standard-4", "custom_model_training_cpus", 4),
        ("g2-standard-8", "custom_model_training_g2_cpus", 8),
        ("a2-highgpu-2g", "custom_model_training_a2_cpus", 24),
    ],
)
def test_each_family_of_machines_has_its_quota_of_cpus(machine, metric, cpus):
    check_capacity([pool(machine)], {metric: cpus})
    with pytest.raises(ResourceExhaustedError, match=f"limits: aiplatform.googleapis.com/{metric}$"):
        check_capacity([pool(machine)], {metric: cpus - 1})


def test_quotas_bound_all_replicas_together():
    check_capacity([pool(), pool()], {"custom_model_training_cpus": 16})
    with pytest.raises(ResourceExhaustedError):
        check_capacity([pool(), pool(replicas=2)], {"custom_model_training_cpus": 16})


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ({f"key{number}": "" for number in range(65)}, "labels has 65 labels; give at most 64"),
        ({"": "a"}, "labels has '': 'a'"),
        ({"1st": "a"}, "begin the name with a letter"),
        ({"key": "A"}, "labels has 'key': 'A'"),
        ({"key": "a" * 64}, "use up to 63 lower-case letters"),
    ],
)
def test_labels_are_as_resource_manager_takes_them(labels, words):
    with pytest.raises(InvalidArgumentError, match=words):
        check_labels(labels, "pipelineJob")


def test_labels_of_another_script_are_taken():
    check_labels({"größe": "straße", "key": ""}, "pipelineJob")


def test_limits_are_lowered_by_the_environment(monkeypatch):
    monkeypatch.setenv("RECSFLOW_VERTEX_LIMITS", '{"submissions_per_minute": 2, "quotas": {"a": 1}}')
    limits = Limits.from_environment()
    assert (limits.submissions_per_minute, limits.requests_per_minute, limits.quotas) == (2, 600, {"a": 1})


@pytest.mark.parametrize("text", ["[]", "no", '{"submission": 1}', '{"requests_per_minute": "1"}'])
def test_limits_with_a_mistake_are_refused(monkeypatch, text):
    monkeypatch.setenv("RECSFLOW_VERTEX_LIMITS", text)
    with pytest.raises(LocalCloudError, match=r"VERTEX_LIMITS is .*; give a JSON object with requests_"):
        Limits.from_environment()
