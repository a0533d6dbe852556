import os

import pytest

from include import storage

pytestmark = pytest.mark.unit


@pytest.fixture
def root(tmp_path):
    return tmp_path.as_uri()


def test_files_are_listed_at_any_depth_with_size_and_time(root, tmp_path):
    uri = storage.write_text(f"{root}/a/b/c.txt", "1234")
    os.utime(storage.local_path(uri), (86400, 86400))
    listed = {file.path: file for file in storage.list_files(root)}
    assert set(listed) == {"a", "a/b", "a/b/c.txt"}
    file = listed["a/b/c.txt"]
    assert (file.size_bytes, file.changed.isoformat(), file.is_folder) == (
        4,
        "1970-01-02T00:00:00+00:00",
        False,
    )
    assert listed["a"].is_folder


def test_a_folder_that_is_not_there_holds_nothing(root):
    assert storage.list_files(f"{root}/absent") == []
    assert storage.list_names(f"{root}/absent") == []


def test_a_folder_below_a_file_is_not_there_either(root):
    storage.write_text(f"{root}/file", "")
    assert storage.list_names(f"{root}/file/numbers") == []


def test_names_are_those_in_the_folder_itself(root):
    storage.write_text(f"{root}/a/b/c.txt", "")
    storage.write_text(f"{root}/a/d.txt", "")
    assert storage.list_names(f"{root}/a") == ["b", "d.txt"]


def test_files_and_folders_are_removed_and_once_is_enough(root, tmp_path):
    storage.write_text(f"{root}/a/b.txt", "")
    storage.write_text(f"{root}/c.txt", "")
    for _ in range(2):
        storage.remove(f"{root}/a")
        storage.remove(f"{root}/c.txt")
        assert list(tmp_path.iterdir()) == []


def test_an_interrupted_removal_leaves_nothing_at_the_old_place_and_can_be_finished(
    root, tmp_path, monkeypatch
):
    storage.write_text(f"{root}/job/Trainer_1/model", "")

    def stop(*_):
        raise OSError("stopped")

    with monkeypatch.context() as patch:
        patch.setattr(storage.shutil, "rmtree", stop)
        with pytest.raises(OSError, match="stopped"):
            storage.remove(f"{root}/job")
    assert not storage.exists(f"{root}/job")
    [left] = tmp_path.iterdir()
    assert storage.original_name(f"{left.name}/Trainer_1") == "job/Trainer_1"
    storage.remove(f"{root}/{left.name}")
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_removed_and_not_what_it_leads_to(root, tmp_path):
    storage.write_text(f"{root}/target/file.txt", "")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    storage.remove(f"{root}/link")
    assert storage.exists(f"{root}/target/file.txt")
    assert not storage.exists(f"{root}/link")
