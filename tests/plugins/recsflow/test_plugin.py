from pathlib import Path

import pytest
from airflow._shared.module_loading import find_path_from_directory

pytestmark = pytest.mark.unit

PLUGINS = Path(__file__).resolve().parents[3] / "plugins"


def test_airflow_takes_one_file_for_a_plugin():
    # Any other would be imported a second time under its bare name, `settings` or `errors`.
    found = find_path_from_directory(PLUGINS, ".airflowignore", "glob")
    assert [Path(path).relative_to(PLUGINS) for path in found] == [Path("recsflow/plugin.py")]
