import pytest

from recsflow_trainer.errors import GeneratedModuleError
from recsflow_trainer.generated_source import content_hash, verified_source

pytestmark = pytest.mark.tensorflow


def keep(folder, text):
    path = folder / content_hash(text) / "transform_module.py"
    path.parent.mkdir()
    path.write_text(text)
    return path


def test_a_module_as_it_was_generated_is_returned(tmp_path):
    assert verified_source(str(keep(tmp_path, "price = 'å'\n"))) == "price = 'å'\n"


def test_a_changed_module_is_named_with_the_remedy(tmp_path):
    path = keep(tmp_path, "x = 1\n")
    path.write_text("x = 2\n")
    with pytest.raises(GeneratedModuleError, match=r"transform_module.py was changed after .*Clear the task"):
        verified_source(str(path))


def test_a_module_elsewhere_is_refused(tmp_path):
    path = tmp_path / "transform_module.py"
    path.write_text("x = 1\n")
    with pytest.raises(GeneratedModuleError, match="its folder says"):
        verified_source(str(path))


def test_a_missing_module_is_named(tmp_path):
    with pytest.raises(GeneratedModuleError, match="does not exist; generate the module before the job"):
        verified_source(f"{tmp_path}/0123456789ab/transform_module.py")
