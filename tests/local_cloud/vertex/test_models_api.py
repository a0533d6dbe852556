"""Google's own client of models against the local server."""

import pytest
from google.api_core import exceptions

pytestmark = pytest.mark.emulator


def test_versions_are_found_by_number_and_by_alias(serving):
    serving.two_versions()
    by_alias = serving.models.get_model(name=f"{serving.shop}@first")
    assert (by_alias.version_id, list(by_alias.version_aliases)) == ("1", ["default", "first"])
    assert by_alias == serving.models.get_model(name=f"{serving.shop}@1")
    second = serving.models.get_model(name=f"{serving.shop}@2")
    assert (second.artifact_uri, second.labels["application"]) == (
        str(serving.folder / "second"),
        "recsflow",
    )


def test_a_model_without_a_version_is_its_default(serving):
    serving.two_versions()
    assert serving.models.get_model(name=serving.shop).version_id == "1"
    serving.models.merge_version_aliases(name=f"{serving.shop}@2", version_aliases=["default"])
    assert serving.models.get_model(name=serving.shop).version_id == "2"
    assert [model.version_id for model in serving.models.list_models(parent=serving.parent)] == ["2"]
    assert [model.version_id for model in serving.models.list_model_versions(name=serving.shop)] == ["2", "1"]


def test_an_alias_is_taken_away_by_its_name_after_a_hyphen(serving):
    serving.two_versions()
    serving.models.merge_version_aliases(name=f"{serving.shop}@1", version_aliases=["-first", "old"])
    with pytest.raises(exceptions.NotFound):
        serving.models.get_model(name=f"{serving.shop}@first")
    assert serving.models.get_model(name=f"{serving.shop}@old").version_id == "1"


def test_what_is_not_there_is_not_found(serving):
    serving.two_versions()
    for name in (f"{serving.parent}/models/other", f"{serving.shop}@3", f"{serving.shop}@third"):
        with pytest.raises(exceptions.NotFound):
            serving.models.get_model(name=name)
    with pytest.raises(exceptions.NotFound):
        serving.endpoints.get_endpoint(name=f"{serving.parent}/endpoints/7")


def test_a_model_id_is_taken_once(serving):
    serving.two_versions()
    with pytest.raises(exceptions.Conflict, match="upload a version with parentModel"):
        serving.upload("third", model_id="shop")


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"displayName": ""}, exceptions.BadRequest, "model.displayName is ''"),
        ({"containerSpec": {}}, exceptions.BadRequest, "imageUri is missing"),
        ({"versionAliases": ["Best"]}, exceptions.BadRequest, "versionAliases has 'Best'"),
        ({"labels": {"who": "Me!"}}, exceptions.BadRequest, "labels has 'who': 'Me!'"),
        ({"artifactUri": "models/first"}, exceptions.BadRequest, "give gs://bucket/folder, or"),
        ({"artifactUri": "/nowhere"}, exceptions.BadRequest, "'/nowhere', which has no saved_model.pb"),
        (
            {"metadataSchemaUri": "gs://x"},
            exceptions.MethodNotImplemented,
            "model.metadataSchemaUri is set",
        ),
        (
            {"containerSpec": {"imageUri": "a", "predictRoute": "/p"}},
            exceptions.MethodNotImplemented,
            r"model\.containerSpec\.predictRoute is set",
        ),
    ],
)
def test_an_upload_that_could_not_be_served_is_refused(serving, change, error, words):
    serving.train("first")
    with pytest.raises(error, match=words):
        serving.send(serving.model("first", **change), model_id="shop")
    assert list(serving.models.list_models(parent=serving.parent)) == []


def test_a_model_id_of_another_form_is_refused(serving):
    with pytest.raises(exceptions.BadRequest, match="modelId is '1st'"):
        serving.upload("first", model_id="1st")
