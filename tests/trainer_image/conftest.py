"""Fixtures of the trainer's tests."""

import pytest


@pytest.fixture(scope="session")
def small_experiment(tmp_path_factory):
    """A small experiment on disk; made once, since TFT takes its time."""
    from tests.trainer_image.small_experiment import make_small_experiment

    return make_small_experiment(tmp_path_factory.mktemp("experiment"))
