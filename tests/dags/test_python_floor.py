"""What Airflow loads is held to Composer's Python, which is older than that of our own environments."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

REPOSITORY = Path(__file__).resolve().parents[2]
NEWER_THAN_3_11 = {
    "type statement": "type Names = list[str]\n",
    "type parameters": "def first[Item](items: list[Item]) -> Item:\n    return items[0]\n",
    "quotes within an f-string": "def name(row: dict[str, str]) -> str:\n    return f'{row['name']}'\n",
}


def complaints(path, source):
    command = [sys.executable, "-m", "ruff", "check", "--quiet"]
    done = subprocess.run(
        [*command, "--stdin-filename", path, "-"],
        input=source,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    return "on Python 3.11" in done.stdout


@pytest.mark.parametrize("folder", ["dags", "include/sql", "plugins/recsflow/tasks"])
@pytest.mark.parametrize("source", NEWER_THAN_3_11.values(), ids=NEWER_THAN_3_11)
def test_newer_syntax_is_refused_where_airflow_loads(folder, source):
    assert complaints(f"{folder}/made_up.py", source)


def test_the_trainers_own_environment_may_use_it():
    assert not complaints("trainer_image/recsflow_trainer/made_up.py", NEWER_THAN_3_11["type statement"])
