"""Builds that are not taken."""

import pytest
from google.api_core.exceptions import BadRequest, MethodNotImplemented

pytestmark = pytest.mark.emulator

ACCOUNT = "projects/local/serviceAccounts/compiler@local.iam.gserviceaccount.com"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"steps": []}, r"\.steps has 0 steps; give 1 to 100"),
        ({"steps": [{"args": ["gcloud"]}]}, "build step 0 must specify a name"),
        ({"steps": [{"name": "image", "args": ["a" * 4001]}]}, "build step 0 has 1 args; give at most 100"),
        ({"steps": [{"name": "image", "args": ["$HOME"]}]}, "key in the template 'HOME' is no substitution"),
        ({"timeout": {"seconds": 86401}}, "'build.timeout': it is 86401 s; give 0 to 86400 s"),
        ({"tags": ["a b"]}, "tag 'a b' does not match"),
        ({"service_account": "compiler@local"}, "give projects/PROJECT/serviceAccounts/ACCOUNT"),
        (
            {"service_account": ACCOUNT, "options": {}},
            "if 'build.service_account' is specified, the build must say where its log goes",
        ),
    ],
    ids=["steps", "name", "argument", "substitution", "timeout", "tag", "account", "log"],
)
def test_what_cloud_build_refuses_is_refused(builds, changes, words):
    with pytest.raises(BadRequest, match=words):
        builds.start(**changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"images": ["image"]}, "build.images is set; the local server does not implement it"),
        ({"options": {}}, "build.options.logging is not CLOUD_LOGGING_ONLY"),
        ({"steps": [{"name": "image", "script": "id"}]}, "build.steps.script is set"),
    ],
    ids=["images", "log", "script"],
)
def test_what_is_not_implemented_is_refused(builds, changes, words):
    with pytest.raises(MethodNotImplemented, match=words):
        builds.start(**changes)


@pytest.mark.parametrize(
    "command",
    [
        {"entrypoint": "bash", "args": ["-c", "id"]},
        {"entrypoint": "python", "args": ["-m", "http.server"]},
        # The image's own entry point starts workers of Dataflow.
        {"entrypoint": "", "args": ["-m", "recsflow_trainer.pipeline.compile"]},
    ],
    ids=["shell", "module", "entrypoint"],
)
def test_trainer_image_runs_the_compiler_alone(builds, command):
    step = {**builds.steps()[2], **command}
    with pytest.raises(
        MethodNotImplemented, match=r"build\.steps\[0\] is .*the module being recsflow_trainer"
    ):
        builds.start(steps=[step])


@pytest.mark.parametrize("path", ["/etc/passwd", "../spec.json", "--output=/workspace/../a"])
def test_compiler_reads_and_writes_its_workspace_alone(builds, path):
    step = builds.steps()[2]
    step["args"] = [*step["args"][:-1], path]
    with pytest.raises(
        BadRequest, match=r"build\.steps\[0\]\.args has .*; a step's files are below /workspace"
    ):
        builds.start(steps=[step])


def test_build_runs_as_an_account_that_is_named_by_its_address_or_id(builds):
    steps = builds.steps()[1:2]
    for account in (ACCOUNT, "projects/local/serviceAccounts/112233445566778899001"):
        assert builds.run(steps=steps, service_account=account).service_account == account
