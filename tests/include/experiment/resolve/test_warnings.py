import pytest

pytestmark = pytest.mark.unit

DENSE = {"type": "dense", "units": 8}


def layers(count):
    return lambda model: model.update(query_tower=[DENSE] * count, candidate_tower=[{"type": "layer_norm"}])


@pytest.mark.parametrize(("count", "rate", "warned"), [(3, 0.1, True), (3, 0.0999, False), (2, 0.3, False)])
def test_high_learning_rate_with_many_dense_layers(count, rate, warned, configs):
    configs.edit("models/one.yaml", layers(count))
    warnings = configs.resolve(learning_rate=rate).warnings
    assert [warning.severity.value for warning in warnings] == (["high"] if warned else [])


@pytest.mark.parametrize(("optimizer", "severities"), [("adagrad", []), ("adam", ["medium"])])
def test_layers_that_correct_the_embeddings_take_a_high_rate(optimizer, severities, configs):
    configs.edit("models/one.yaml", lambda model: model.update(query_tower=[DENSE] * 4, residual=True))
    warnings = configs.resolve(optimizer=optimizer, learning_rate=0.2).warnings
    assert [warning.severity.value for warning in warnings] == severities


def test_warning_names_value_layers_and_recommended_range(configs):
    configs.edit("models/one.yaml", layers(4))
    (warning,) = configs.resolve(learning_rate=0.2).warnings
    assert str(warning) == (
        "[high] learning_rate: 0.2 with 4 dense layers often makes the gradients collapse. "
        "Recommended: 0.005 to 0.05."
    )


@pytest.mark.parametrize(
    ("optimizer", "rate", "recommended"), [("adam", 0.05, "0.0001 to 0.005"), ("adagrad", 0.5, "0.05 to 0.3")]
)
def test_learning_rate_of_an_adaptive_optimizer(optimizer, rate, recommended, configs):
    (warning,) = configs.resolve(optimizer=optimizer, learning_rate=rate).warnings
    assert (warning.severity.value, warning.recommended) == ("medium", recommended)


def test_pairs_of_a_large_batch(configs):
    pairwise = {"type": "ranking", "rating_loss": {"type": "pairwise"}}
    configs.edit("models/one.yaml", lambda model: model.update(pairwise))
    configs.edit("datasets/shop.yaml", lambda dataset: dataset["columns"][4].update(role="label"))
    assert configs.resolve(batch_size=4096).warnings == ()
    (warning,) = configs.resolve(batch_size=8192).warnings
    assert str(warning) == (
        "[medium] batch_size: The pairwise loss of 8,192 rows needs several tables of 256 MiB. "
        "Recommended: 256 to 2048."
    )


def test_split_value_that_the_strategy_ignores(configs):
    (warning,) = configs.resolve(split_strategy="random", holdout_days=7).warnings
    assert (warning.severity.value, warning.field) == ("low", "holdout_days")


@pytest.mark.parametrize(("limit", "value"), [("min_frequency", 2), ("max_vocabulary", 5_000)])
def test_a_vocabulary_of_ids_that_is_cut_by_the_counts_of_a_sample(limit, value, configs):
    configs.edit("features/ids.yaml", lambda features: features["candidate"][0].update({limit: value}))
    (warning,) = configs.resolve(sample_percent=10).warnings
    assert str(warning) == (
        f"[medium] features/ids.yaml: candidate[0].{limit}: {value:,} is counted in a sample of 10 %, so "
        "that samples of other sizes know other values of sku, and their results cannot be compared. "
        f"Recommended: sample_percent 100, or no {limit}."
    )
    assert configs.resolve(sample_percent=100).warnings == ()


def test_a_vocabulary_that_leaves_nothing_out_is_the_same_in_every_sample(configs):
    configs.edit("features/ids.yaml", lambda features: features["candidate"][0].update(min_frequency=1))
    assert configs.resolve(sample_percent=10).warnings == ()
