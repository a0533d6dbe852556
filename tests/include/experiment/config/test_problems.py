"""Pydantic's errors as sentences: one bad value each, and the sentence in full."""

import pytest

from include.experiment.config.problems import did_you_mean

pytestmark = pytest.mark.unit

STRATEGIES = "random, time_holdout, strict_time, custom"
VOCABULARY_KEYS = (
    "column, name, kind, embedding_dim, is_primary_id, oov_buckets, max_vocabulary, min_frequency, "
    "separator, max_values"
)
KINDS = "vocabulary, numeric, bucketized, cyclical, hashed_cross"
NOT_A_NAME = "use letters, digits and underscores, not beginning with a digit"
BAD_FILES = [
    (
        "datasets/shop.yaml",
        lambda d: d.update(holdout=3),
        "datasets/shop.yaml: holdout is not a known key; use one of description, tables, columns, filters, "
        "split, history_ends, history_days, quality.",
    ),
    (
        "datasets/shop.yaml",
        lambda d: d["split"].update(stratgy="random"),
        "datasets/shop.yaml: split.stratgy is not a known key; did you mean 'strategy'? Otherwise use one of "
        "strategy, holdout_days, train_ratio, eval_ratio.",
    ),
    (
        "datasets/shop.yaml",
        lambda d: d["split"].update(strategy="strict"),
        "datasets/shop.yaml: split.strategy is 'strict'; did you mean 'strict_time'? Otherwise use one of "
        f"{STRATEGIES}.",
    ),
    (
        "datasets/shop.yaml",
        lambda d: d["columns"][0].pop("name"),
        "datasets/shop.yaml: columns[0].name is missing; add it.",
    ),
    (
        "datasets/shop.yaml",
        lambda d: d.update(columns="customer"),
        "datasets/shop.yaml: columns is 'customer'; use a list.",
    ),
    (
        "datasets/shop.yaml",
        lambda d: d.update(tables=[]),
        "datasets/shop.yaml: tables is []; give at least 1 of them.",
    ),
    (
        "datasets/shop.yaml",
        lambda d: d["tables"][0].update(table="shop.sales; DROP TABLE x"),
        "datasets/shop.yaml: tables[0].table is 'shop.sales; DROP TABLE x'; write it as dataset.table or "
        "project.dataset.table, without quotes.",
    ),
    (
        "datasets/shop.yaml",
        lambda d: d["columns"][3].update(name="sold`on"),
        f"datasets/shop.yaml: columns[3].name is 'sold`on'; {NOT_A_NAME}.",
    ),
    (
        "datasets/shop.yaml",
        lambda d: d.update(history_ends="soon"),
        "datasets/shop.yaml: history_ends is 'soon'; use a date such as 2017-12-31.",
    ),
    (
        "datasets/shop.yaml",
        lambda d: d.update(quality={"max_null_fraction": {"colour": 2}}),
        "datasets/shop.yaml: quality.max_null_fraction.colour is 2; use at least 0 and at most 1.",
    ),
    (
        "features/ids.yaml",
        lambda f: f["query"][0].update(embedding_dim=1),
        "features/ids.yaml: query[0].embedding_dim is 1; use at least 2 and at most 512.",
    ),
    (
        "features/ids.yaml",
        lambda f: f["query"][0].update(embeding_dim=8),
        "features/ids.yaml: query[0].embeding_dim is not a known key; did you mean 'embedding_dim'? "
        f"Otherwise use one of {VOCABULARY_KEYS}.",
    ),
    (
        "features/ids.yaml",
        lambda f: f["candidate"][1].update(kind="vocabular"),
        "features/ids.yaml: candidate[1].kind is 'vocabular'; did you mean 'vocabulary'? "
        f"Otherwise use one of {KINDS}.",
    ),
    (
        "features/ids.yaml",
        lambda f: f["candidate"][1].pop("kind"),
        f"features/ids.yaml: candidate[1].kind is missing; use one of {KINDS}.",
    ),
    (
        "models/one.yaml",
        lambda m: m["query_tower"][0].update(units="many"),
        "models/one.yaml: query_tower[0].units is 'many'; use a whole number.",
    ),
    (
        "models/one.yaml",
        lambda m: m.update(learning_rate=0),
        "models/one.yaml: learning_rate is 0; use more than 0 and at most 10.",
    ),
    (
        "models/one.yaml",
        lambda m: m.update(normalize="perhaps"),
        "models/one.yaml: normalize is 'perhaps'; use true or false.",
    ),
    (
        "models/one.yaml",
        lambda m: m.update(optimizer={"name": "sgd", "options": {"beta": 1}}),
        "models/one.yaml: optimizer is {'name': 'sgd', 'options': {'beta': 1}}; remove beta, since sgd takes "
        "momentum, nesterov as options.",
    ),
]


@pytest.mark.parametrize(("file", "change", "sentence"), BAD_FILES)
def test_one_bad_value_is_one_sentence(file, change, sentence, configs):
    configs.edit(file, change)
    assert sentence in configs.problems()
    assert sum(problem.startswith(file) for problem in configs.problems()) == 1


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"sample_percent": 7}, "run parameters: sample_percent is 7; use one of 5, 10, 25, 100."),
        ({"epochs": 0}, "run parameters: epochs is 0; use at least 1 and at most 1000."),
        ({"learning_rate": "fast"}, "run parameters: learning_rate is 'fast'; use a number."),
        (
            {"model": "won"},
            "run parameters: model is 'won'; did you mean 'one'? Otherwise use one of one, or add "
            "models/<name>.yaml.",
        ),
        (
            {"split_strategy": "rondom"},
            "run parameters: split_strategy is 'rondom'; did you mean 'random'? Otherwise use one of "
            f"{STRATEGIES}.",
        ),
        (
            {"date_column": "sold at"},
            f"run parameters: date_column is 'sold at'; {NOT_A_NAME}.",
        ),
    ],
)
def test_one_bad_parameter_is_one_sentence(parameters, sentence, configs):
    assert configs.problems(**parameters) == [sentence]


def test_long_values_are_shortened(configs):
    (problem,) = configs.problems(epochs="x" * 500)
    assert len(problem) < 150


def test_of_many_known_words_only_the_nearest_are_listed():
    known = [f"expect_{number:02}" for number in range(40)] + ["row_count"]
    said = did_you_mean("row_cout", known)
    assert said.startswith("did you mean 'row_count'? Otherwise use one of row_count, ")
    assert said.endswith(" or 36 others")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"epsilon": "small"}, "optimizer_options.epsilon is 'small'; use true or false, or a number."),
        ({"beta_1": [1]}, "optimizer_options.beta_1 is [1]; use true or false, or a number."),
        (
            {"beta_1": 1},
            "optimizer_options is {'beta_1': 1} for adam; use at least 0 and less than 1 as beta_1.",
        ),
        ({"epsilon": 0}, "optimizer_options is {'epsilon': 0} for adam; use more than 0 as epsilon."),
        ({"amsgrad": 3}, "optimizer_options is {'amsgrad': 3} for adam; use true or false as amsgrad."),
        ({"epsilon": True}, "optimizer_options is {'epsilon': True} for adam; use a number as epsilon."),
    ],
)
def test_an_optimizer_option_has_one_remedy(configs, options, sentence):
    assert configs.problems(optimizer="adam", optimizer_options=options) == [f"run parameters: {sentence}"]
