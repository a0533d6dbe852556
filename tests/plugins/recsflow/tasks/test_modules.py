"""Where generated modules are kept."""

import pytest

from include.artifacts.layout import ArtifactLayout
from recsflow.experiments.modules import module_uri

pytestmark = pytest.mark.unit


def test_a_module_is_at_the_address_that_the_trainer_expects():
    # The same text and address as in tests/trainer_image/test_generated_source.py.
    assert (
        module_uri("trainer_module", "x = 1\n", ArtifactLayout("gs://b/r"))
        == "gs://b/r/modules/d6eab58ccc60/trainer_module.py"
    )
