import pytest

from recsflow_trainer.errors import ExportedRowsError
from recsflow_trainer.exported_rows import exported_files
from tests.exported_rows import mark_exported

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def folder(tmp_path):
    for name in ("train/b.parquet", "train/a.parquet", "test/a.parquet"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    mark_exported(tmp_path)
    return tmp_path


def test_the_files_of_a_split_are_read_in_order(folder):
    assert [file.read() for file in exported_files(f"{folder}/", "train")] == [
        b"train/a.parquet",
        b"train/b.parquet",
    ]
    assert len(exported_files(str(folder))) == 3


def test_a_file_beside_the_exported_ones_is_not_read(folder):
    (folder / "train" / "c.parquet").write_text("more")
    assert len(exported_files(str(folder), "train")) == 2


def test_a_changed_file_is_named_with_the_remedy(folder):
    file = exported_files(str(folder), "test")[0]
    (folder / "test" / "a.parquet").write_text("test/a.parquey")
    remedy = r"test/a.parquet was changed after .* remove .*/_SUCCESS, then clear the task stage_dataset"
    with pytest.raises(ExportedRowsError, match=remedy):
        file.verify()
    with pytest.raises(ExportedRowsError, match=remedy):
        file.read()


def test_a_missing_file_is_named(folder):
    (folder / "test" / "a.parquet").unlink()
    with pytest.raises(ExportedRowsError, match=r"test/a.parquet is gone after it was exported"):
        exported_files(str(folder), "test")[0].verify()


def test_an_export_that_was_not_finished_is_not_read(folder):
    (folder / "_SUCCESS").unlink()
    with pytest.raises(ExportedRowsError, match="not all of them, since _SUCCESS is not there"):
        exported_files(str(folder), "train")


def test_a_split_without_files_is_named(folder):
    with pytest.raises(ExportedRowsError, match="names no file of eval"):
        exported_files(str(folder), "eval")
