import pytest

from include.errors import ConfigError
from include.experiment.config.loader import load_dataset, load_features

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
        (
            b"a: 1\nhistory_ends: 2018-02-30",
            "line 2 is not valid YAML ('2018-02-30' cannot be read as timestamp: day",
        ),
        (b"a: !!int abc", "line 1 is not valid YAML ('abc' cannot be read as int: invalid literal"),
        (b"a: !!bool maybe", "line 1 is not valid YAML ('maybe' cannot be read as bool"),
        (b"a: !!float ''", "line 1 is not valid YAML ('' cannot be read as float"),
        (b"a: !!timestamp soon", "line 1 is not valid YAML ('soon' cannot be read as timestamp"),
        (b"a: 0x" + b"f" * 9000, "line 1 is not valid YAML ('0xfff"),
        (b"a: " + b"1" * 5000, "line 1 is not valid YAML ('111"),
        (b"a: 1" + b":59" * 5000, "line 1 is not valid YAML ('1:59:"),
        (b"a: !!set {b}", "line 1 is not valid YAML (could not determine a constructor for the tag"),
        (b"a: &a\n  b: [*a]", "line 2 has alias *a inside of what it stands for; write it out"),
        (b"a: *b", "line 1 is not valid YAML (found undefined alias"),
        (
            b"a: {<<: &b {c: 1}, c: 2}\nb: {<<: *b, d: 1, d: 2}",
            "line 2 is not valid YAML (key 'd' is written",
        ),
        (b"[" * 100_000, "line 1 nests values more than 50 deep; write them flat"),
        (b"- " * 50_000, "line 1 nests values more than 50 deep"),
        (b"a: 1 #" + b"-" * 200_000, "the file has more than 128 KiB; write a shorter one"),
    ],
)
def test_file_that_is_no_config(text, sentence, configs):
    (configs.root / "datasets/shop.yaml").write_bytes(text)
    with pytest.raises(ConfigError) as caught:
        load_dataset("shop", configs.root)
    assert (
        str(caught.value.problems[0])
        .removeprefix("datasets/shop.yaml: ")
        .startswith(sentence.removeprefix("datasets/shop.yaml: "))
    )


# Nine levels of ten aliases each are a billion values, or 29 KB that three hundred aliases repeat.
BOMBS = {
    "levels": "a0: &a0 [x]\n"
    + "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)),
    "merges": "a0: &a0 {x: 1}\n"
    + "\n".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 10)),
    "long text": f"a: &a {'x' * 29_000}\nb: [{', '.join(['*a'] * 300)}]",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_aliases_that_unfold_to_more_than_memory_are_refused_before_they_do(text, configs):
    (configs.root / "datasets/shop.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"line \d+ unfolds to more than 500,000 characters; write fewer"):
        load_dataset("shop", configs.root)


def test_aliases_and_merged_mappings_are_taken(configs):
    text = """
columns:
  - &first {name: customer, role: customer_id, description: &who "who bought"}
  - {<<: *first, name: sku, role: product_id}
  - {name: sold_at, role: date, description: *who}
"""
    configs.edit("datasets/shop.yaml", lambda content: [content.pop("columns"), content.pop("split")])
    with (configs.root / "datasets/shop.yaml").open("a") as file:
        file.write(text)
    columns = load_dataset("shop", configs.root).columns
    assert [(column.name, column.description) for column in columns] == [
        ("customer", "who bought"),
        ("sku", "who bought"),
        ("sold_at", "who bought"),
    ]


def test_a_thousand_mistakes_are_told_by_the_first_ones(configs):
    text = "\n".join(f"key_{number}: 1" for number in range(1000))
    (configs.root / "datasets/shop.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_dataset("shop", configs.root)
    sentences = [str(problem) for problem in caught.value.problems]
    assert len(sentences) == 51
    # 1,000 unknown keys, and tables and columns are missing.
    assert sentences[-1] == "datasets/shop.yaml: the rest has 952 more mistakes; correct these first."


def test_file_that_cannot_be_read(configs):
    # The memory of a process at address 0, which nobody may read.
    (configs.root / "datasets/odd.yaml").symlink_to("/proc/self/mem")
    with pytest.raises(ConfigError, match=r"odd.yaml: the file cannot be read \(Input/output error\); let"):
        load_dataset("odd", configs.root)


def test_file_name_that_cannot_name_a_pipeline_is_refused(configs):
    (configs.root / "features/My-Ids.yaml").write_text((configs.root / "features/ids.yaml").read_text())
    with pytest.raises(ConfigError, match=r"features/My-Ids.yaml: the file's name is 'My-Ids'; begin with"):
        load_features("My-Ids", configs.root)


def test_config_root_can_be_named_by_the_environment(configs, monkeypatch):
    monkeypatch.setenv("RECSFLOW_CONFIG_ROOT", str(configs.root))
    assert load_dataset("shop").name == "shop"
