import pytest

from include.errors import ConfigError
from include.experiment.loader import load_dataset, load_features

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"tables: [1,\nb: 2", "datasets/shop.yaml: line 2 is not valid YAML (expected ',' or ']'"),
        (
            b"tables: 1\nsplit: 2\ntables: 3",
            "datasets/shop.yaml: line 3 is not valid YAML (key 'tables' is written",
        ),
        (b"split: {a: 1, a: 2}", "datasets/shop.yaml: line 1 is not valid YAML (key 'a' is written twice)"),
        (b"? [a]\n: 1", "datasets/shop.yaml: "),
        (b"", "datasets/shop.yaml: the file is empty; use a mapping"),
        (b"- a", "datasets/shop.yaml: the file is ['a']; use a mapping"),
        (b"tables: \xff", "datasets/shop.yaml: the file is not valid YAML"),
        (b"!!python/object/apply:os.getcwd []", "datasets/shop.yaml: line 1 is not valid YAML (could not"),
        (b"name: store", "datasets/shop.yaml: name is 'store'; remove it"),
        (b"1: 2", "datasets/shop.yaml: "),
    ],
)
def test_file_that_is_no_config(text, sentence, configs):
    (configs.root / "datasets/shop.yaml").write_bytes(text)
    with pytest.raises(ConfigError) as caught:
        load_dataset("shop", configs.root)
    assert str(caught.value.problems[0]).startswith(sentence)


def test_file_name_that_cannot_name_a_pipeline_is_refused(configs):
    (configs.root / "features/My-Ids.yaml").write_text((configs.root / "features/ids.yaml").read_text())
    with pytest.raises(ConfigError, match=r"features/My-Ids.yaml: the file's name is 'My-Ids'; begin with"):
        load_features("My-Ids", configs.root)


def test_config_root_can_be_named_by_the_environment(configs, monkeypatch):
    monkeypatch.setenv("RECSFLOW_CONFIG_ROOT", str(configs.root))
    assert load_dataset("shop").name == "shop"
