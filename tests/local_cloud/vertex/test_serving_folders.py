import shutil

import pytest

from local_cloud.vertex.errors import FailedPreconditionError, InvalidArgumentError
from local_cloud.vertex.serving_folders import ServingFolders, saved_model

pytestmark = pytest.mark.unit


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "model"
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_text("first")
    return folder


@pytest.fixture
def folders(tmp_path):
    return ServingFolders(tmp_path / "serving")


def names(folders):
    return sorted(path.name for path in folders.place("home", "1").parent.iterdir())


def test_a_model_is_whole_in_its_place(folders, model):
    folders.put("home", "1", str(model))
    assert names(folders) == ["1"]
    assert (folders.place("home", "1") / "saved_model.pb").read_text() == "first"
    assert (folders.place("home", "1") / "variables").is_dir()


def test_a_model_that_cannot_be_copied_leaves_nothing(folders, model):
    (model / "assets").symlink_to("nowhere")
    with pytest.raises(shutil.Error):
        folders.put("home", "1", str(model))
    assert names(folders) == []


def test_what_a_killed_server_has_left_in_the_place_is_replaced(folders, model):
    folders.put("home", "1", str(model))
    (model / "saved_model.pb").write_text("second")
    folders.put("home", "1", str(model))
    assert names(folders) == ["1"]
    assert (folders.place("home", "1") / "saved_model.pb").read_text() == "second"


def test_a_version_is_removed_once_and_the_others_stay(folders, model):
    for version in ("1", "2"):
        folders.put("home", version, str(model))
    folders.remove("home", "1")
    folders.remove("home", "1")
    assert names(folders) == ["2"]


def test_only_what_is_served_is_kept(folders, model):
    for version in ("1", "2"):
        folders.put("home", version, str(model))
    (folders.place("home", "1").with_name(".3.0a1b2c3d.tmp")).mkdir()
    folders.keep_only([folders.place("home", "2")])
    assert names(folders) == ["2"]


def test_a_saved_model_is_named_by_its_path_or_uri(model):
    assert saved_model(str(model)) == saved_model(model.as_uri()) == str(model)


def test_what_is_no_saved_model_is_refused(model):
    with pytest.raises(FailedPreconditionError, match=r"has no saved_model\.pb"):
        saved_model(str(model / "variables"))
    for uri in ("gs://bucket", "gs://bucket/../model", "model", ""):
        with pytest.raises(InvalidArgumentError, match="give gs://bucket/folder, or"):
            saved_model(uri)
