"""What a job says about accounts, networks and keys: kept as it came, refused where it is none."""

import json
import urllib.error

import pytest

from tests.local_cloud.vertex.forking_server import JOBS

pytestmark = pytest.mark.emulator

IDENTITY = {
    "serviceAccount": "trainer@local.iam.gserviceaccount.com",
    "network": "projects/12345/global/networks/my-vpc",
    "reservedIpRanges": ["vertex-ai-ip-range"],
}
KEY = "projects/local/locations/us-central1/keyRings/ring/cryptoKeys/key"


def test_identity_is_answered_as_it_was_sent(server):
    job = server.job("kept", "--fail")
    job["jobSpec"] |= IDENTITY
    job |= {"encryptionSpec": {"kmsKeyName": KEY}, "labels": {"application": "recsflow"}}
    name = server.call("POST", JOBS, job)["name"]
    found = server.call("GET", f"/v1/{name}")
    assert {key: found["jobSpec"][key] for key in IDENTITY} == IDENTITY
    assert (found["encryptionSpec"], found["labels"]) == (job["encryptionSpec"], job["labels"])


def test_identity_that_is_none_is_refused(server):
    job = server.job("refused")
    job["jobSpec"] |= {**IDENTITY, "network": "my-vpc"}
    with pytest.raises(urllib.error.HTTPError) as refused:
        server.call("POST", JOBS, job)
    error = json.load(refused.value)["error"]
    assert error["status"] == "INVALID_ARGUMENT"
    assert error["message"].startswith("customJob.jobSpec.network is 'my-vpc'; give projects/NUMBER")
