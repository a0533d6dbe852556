import stat
import tempfile

import pytest

from recsflow.page.experiment_cards import index_folder

pytestmark = pytest.mark.emulator


def test_each_airflow_has_an_index_of_its_own_that_nobody_else_reads(tmp_path, monkeypatch):
    # Local clouds have a bucket of one name each, and none may show the experiments of another.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    one, other = index_folder("/srv/one/airflow"), index_folder("/srv/other/airflow")

    assert one == index_folder("/srv/one/airflow") != other
    assert stat.S_IMODE(one.stat().st_mode) == 0o700


def test_a_folder_that_leads_elsewhere_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    expected = index_folder("/srv/airflow")
    expected.rmdir()
    (tmp_path / "elsewhere").mkdir()
    expected.symlink_to(tmp_path / "elsewhere")

    assert index_folder("/srv/airflow").resolve() not in {tmp_path / "elsewhere", expected}
