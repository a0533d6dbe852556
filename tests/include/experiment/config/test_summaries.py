import pytest

from include.experiment.config.summaries import config_summary

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("kind", "text", "summary"),
    [
        (
            "models",
            "# first\ndescription: Two layers.\nlearning_rate: 0.2\n",
            "x (learning rate 0.2): Two layers",
        ),
        ("models", "type: retrieval\n", "x (learning rate 0.05)"),
        ("features", "description: Ids only\nquery: []\n", "x: Ids only"),
        ("features", "query: []\n", "x"),
        ("models", "a: [", "x"),
        ("models", "- a\n", "x"),
        ("models", None, "x"),
    ],
)
def test_config_is_told_in_a_line_and_a_broken_one_by_its_name(tmp_path, kind, text, summary):
    (tmp_path / kind).mkdir()
    if text is not None:
        (tmp_path / kind / "x.yaml").write_text(text)
    assert config_summary(kind, "x", tmp_path) == summary
