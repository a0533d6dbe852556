import json

import pytest

from recsflow.errors import ImageRefused, ImageRegistryUnavailable
from recsflow.images.trainer_images import ArtifactTag, by_digest, image_label
from recsflow.settings import parse_settings
from recsflow.vertex.requests.topology import Topology
from tests.include.complete_journey import resolved
from tests.plugins.artifact_registry_server import ArtifactRegistryServer

IMAGE = "europe-west4-docker.pkg.dev/my-project/recsflow/trainer"
TAG = "projects/my-project/locations/europe-west4/repositories/recsflow/packages/trainer/tags/0.2.0"
CUDA_TAG = TAG + "-cuda"
DIGEST, CUDA_DIGEST = "sha256:" + "ab" * 32, "sha256:" + "cd" * 32


@pytest.fixture
def registry(monkeypatch):
    server = ArtifactRegistryServer()
    server.digests = {TAG: DIGEST, CUDA_TAG: CUDA_DIGEST}
    extra = {"is_anonymous": True, "project": "local", "artifact_registry_endpoint": server.url}
    connection = {"conn_type": "google_cloud_platform", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_RECSFLOW_GCP", json.dumps(connection))
    yield server
    server.close()


@pytest.fixture
def settings(settings_values):
    return parse_settings(json.dumps({**settings_values, "trainer_image": f"{IMAGE}:0.2.0"}))


def with_image(settings, image):
    return settings.model_copy(update={"trainer_image": image})


@pytest.mark.emulator
def test_tag_becomes_the_digest_that_it_names(registry, settings):
    assert by_digest(settings).trainer_image == f"{IMAGE}@{DIGEST}"


@pytest.mark.emulator
def test_moved_tag_is_another_pipeline(registry, settings):
    before = Topology.of(resolved(), by_digest(settings))
    registry.digests[TAG] = CUDA_DIGEST
    after = Topology.of(resolved(), by_digest(settings))
    assert (before.trainer_image, after.trainer_image) == (f"{IMAGE}@{DIGEST}", f"{IMAGE}@{CUDA_DIGEST}")
    assert before.key != after.key


@pytest.mark.emulator
def test_run_with_an_accelerator_takes_the_image_with_cuda(registry, settings):
    both = by_digest(settings.model_copy(update={"accelerator_image": f"{IMAGE}:0.2.0-cuda"}))
    accelerated = Topology.of(resolved(accelerator="NVIDIA_L4"), both)
    assert accelerated.trainer_image == f"{IMAGE}@{CUDA_DIGEST}"
    assert Topology.of(resolved(), both).trainer_image == f"{IMAGE}@{DIGEST}"


@pytest.mark.emulator
def test_image_without_a_tag_is_the_latest(registry, settings):
    registry.digests[TAG.replace("0.2.0", "latest")] = DIGEST
    assert by_digest(with_image(settings, IMAGE)).trainer_image == f"{IMAGE}@{DIGEST}"


@pytest.mark.emulator
def test_tag_that_is_not_there_names_the_setting_and_what_to_do(registry, settings):
    with pytest.raises(ImageRefused) as refused:
        by_digest(with_image(settings, f"{IMAGE}:0.3.0"))
    missing = TAG.replace("0.2.0", "0.3.0")
    assert str(refused.value) == (
        f"Airflow Variable 'recsflow': trainer_image is '{IMAGE}:0.3.0', which Artifact Registry does not "
        f'show (Requested entity "{missing}" was not found.); push the image, correct its name, '
        "or let the connection's account read it."
    )


@pytest.mark.emulator
@pytest.mark.parametrize("status", [429, 503])
def test_registry_that_is_busy_or_broken_is_asked_again_later(registry, settings, status):
    registry.failure = status
    with pytest.raises(ImageRegistryUnavailable, match=rf"{status} .*, asked about .*:0\.2\.0"):
        by_digest(settings)


@pytest.mark.emulator
def test_registry_that_does_not_answer_is_asked_again_later(registry, settings):
    registry.close()
    with pytest.raises(ImageRegistryUnavailable, match=r"no answer about .* Connection refused"):
        by_digest(settings)


@pytest.mark.unit
@pytest.mark.parametrize("image", ["local/recsflow-trainer:0.2.0-0123456789ab", f"gcr.io/p/trainer@{DIGEST}"])
def test_image_that_names_its_content_stays_and_nobody_is_asked(settings, image, caplog):
    assert by_digest(with_image(settings, image)).trainer_image == image
    assert "WARNING" not in caplog.text


@pytest.mark.unit
def test_tag_in_another_registry_stays_with_a_warning(settings, caplog):
    assert by_digest(with_image(settings, "gcr.io/p/trainer:1")).trainer_image == "gcr.io/p/trainer:1"
    assert "trainer_image is 'gcr.io/p/trainer:1', a tag that only Artifact Registry" in caplog.text


@pytest.mark.unit
def test_parts_of_a_nested_image():
    tag = ArtifactTag.of("us-docker.pkg.dev/p/r/team/trainer:1")
    assert (tag.location, tag.package, tag.tag) == ("us", "team/trainer", "1")


@pytest.mark.unit
def test_labels_tell_images_apart_within_what_google_takes():
    assert image_label(f"{IMAGE}@{DIGEST}") == "sha256-" + "ab" * 24 + "a"
    assert len(image_label(f"{IMAGE}@{DIGEST}")) <= 63
    assert image_label("local/recsflow-trainer:0.2.0-ab") == "recsflow-trainer:0.2.0-ab"
