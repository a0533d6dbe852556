"""What is installed on Composer: only what it lacks. Each case resolves real packages."""

import pytest

from scripts import composer_requirements
from scripts.composer_requirements import ResolutionError, composer_pins, lacking, resolved

pytestmark = pytest.mark.unit

LOCK = """
[[package]]
name = "optuna"
version = "4.9.0"

[[package]]
name = "jinja2"
version = "3.1.6"

[[package]]
name = "markupsafe"
version = "3.0.2"
"""
PROJECT = '[project]\ndependencies = ["optuna>=4.5,<5", "Jinja2>=3.1", "markupsafe"]\n'


@pytest.fixture(autouse=True)
def small_composer(monkeypatch):
    # Google's provider brings three hundred packages, which the real check resolves.
    monkeypatch.setattr(composer_requirements, "ALWAYS_THERE", ())


def test_list_is_read_in_the_versions_that_are_published():
    text = "# of build.0\n\n  apache-airflow==3.3.1+composer\n        absl-py==2.5.0\n"
    assert composer_pins(text) == ["apache-airflow==3.3.1", "absl-py==2.5.0"]


def test_only_what_the_list_and_its_dependencies_lack_is_installed():
    # Jinja2 brings MarkupSafe, though the list does not name it.
    assert lacking("Jinja2==3.1.6\n", PROJECT, LOCK) == ["optuna==4.9.0"]
    assert lacking("", PROJECT, LOCK) == ["jinja2==3.1.6", "markupsafe==3.0.2", "optuna==4.9.0"]


def test_pins_that_do_not_go_with_composers_are_refused():
    with pytest.raises(ResolutionError, match="sqlalchemy"):
        resolved(["sqlalchemy==1.3.24", "optuna==4.9.0"])
