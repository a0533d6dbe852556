import numpy as np
import pytest
from absl import logging

from recsflow_trainer.evaluation.purchases import Purchases
from recsflow_trainer.history.combination import Combination
from recsflow_trainer.history.declaration import History
from recsflow_trainer.history.fitting import Fitting
from recsflow_trainer.history.learning import learn
from recsflow_trainer.history.purchase_features import features_at
from recsflow_trainer.history.scorer import HistoryScorer
from recsflow_trainer.keras import tf, tf_keras

pytestmark = pytest.mark.tensorflow

DAY = 86_400
CUSTOMERS, PRODUCTS = 20, 12
NOTHING = Purchases(*np.zeros([3, 0], np.int64))


@pytest.fixture(scope="module")
def bought():
    """Each customer buys the product of her own number every week, and any other one now and then."""
    random = np.random.default_rng(1)
    weekly = [(c, c % PRODUCTS, day) for c in range(CUSTOMERS) for day in range(0, 100, 7)]
    other = [(c, random.integers(PRODUCTS), random.integers(100)) for c in range(CUSTOMERS) for _ in range(8)]
    customers, products, days = np.array(weekly + other).T
    return Purchases(customers, products, days * DAY)


@pytest.fixture(scope="module")
def scorer(bought):
    zeros = np.zeros([CUSTOMERS, 2], np.float32)
    tf_keras.utils.set_random_seed(1)
    return learn(
        History(epochs=30),
        bought,
        NOTHING,
        attributes=[np.arange(PRODUCTS) // 4],
        queries=zeros,
        products=np.zeros([PRODUCTS, 2], np.float32),
    ).scorer(bought)


def _scores(scorer, customers, towers=None, **options):
    """Scores whose towers' part is as given, float32 [batch, products]."""
    towers = np.zeros([len(customers), PRODUCTS]) if towers is None else towers
    products = tf.eye(PRODUCTS)
    return scorer.scores(
        tf.constant(customers, tf.int64), tf.constant(towers, tf.float32), products, **options
    )


def test_what_a_customer_buys_again_and_again_comes_first(scorer):
    customers = np.arange(CUSTOMERS)
    scores = _scores(scorer, customers)
    assert scores.shape == [CUSTOMERS, PRODUCTS]
    assert np.mean(np.argmax(scores, axis=1) == customers % PRODUCTS) > 0.9


def test_each_member_learns_by_itself_without_attributes_too_and_the_score_is_their_mean(bought):
    features = features_at(70 * DAY, bought, CUSTOMERS, [], PRODUCTS)
    combination = Combination(features, [], seed=1)
    Fitting(combination, features, bought.take(bought.seconds >= 70 * DAY), seed=1).own_weights(30)
    plain = np.zeros(len(features.products), np.float32)
    members = combination.bought_by_member(features.pairs, plain).numpy()
    assert combination.bought(features.pairs, plain).numpy() == pytest.approx(members.mean(axis=1), abs=1e-5)
    assert np.ptp(members, axis=1).mean() > 0.01
    customers = np.repeat(np.arange(CUSTOMERS), np.diff(features.starts)[:CUSTOMERS])
    for member in members.T:
        order = np.lexsort((member, customers))
        best = features.products[order[features.starts[1 : CUSTOMERS + 1] - 1]]
        assert np.mean(best == np.arange(CUSTOMERS) % PRODUCTS) > 0.9


def test_scores_of_a_customer_do_not_depend_on_the_batch(scorer):
    towers = np.random.default_rng(1).normal(size=[3, PRODUCTS])
    together = _scores(scorer, [4, 9, 2], towers).numpy()
    alone = _scores(scorer, [9], towers[1:2]).numpy()
    assert alone[0] == pytest.approx(together[1], abs=1e-5)


def test_somebody_unknown_gets_the_trends(scorer):
    scores = _scores(scorer, [CUSTOMERS, CUSTOMERS + 5])
    assert scores.numpy() == pytest.approx(np.tile(scorer.trend.numpy(), [2, 1]), abs=1e-5)


def test_what_was_not_bought_has_its_trend_and_the_affinity_to_each_of_its_attributes(bought):
    attributes = [np.arange(PRODUCTS) // 4, np.arange(PRODUCTS) % 3]
    features = features_at(101 * DAY, bought.take(bought.customers == 3), CUSTOMERS, attributes, PRODUCTS)
    combination = Combination(features, attributes, seed=1)
    combination.affinity.assign([0.5, 2.0])
    scorer = HistoryScorer(combination, features, attributes)
    scores = _scores(scorer, [3, 4]).numpy()
    tables = [weight * table for weight, table in zip([0.5, 2.0], features.affinities, strict=True)]
    expected = combination.of_trends(features.trends).numpy() + sum(
        table[[3, 4]][:, values] for table, values in zip(tables, attributes, strict=True)
    )
    others = np.setdiff1d(np.arange(PRODUCTS), bought.products[bought.customers == 3])
    assert scores[:, others] == pytest.approx(expected[:, others], abs=1e-5)
    assert scores[1] == pytest.approx(expected[1], abs=1e-5)


def test_towers_count_for_what_was_not_bought(bought):
    features = features_at(101 * DAY, bought.take(bought.customers == 3), CUSTOMERS, [], PRODUCTS)
    combination = Combination(features, [], seed=1)
    combination.towers.assign(2.0)
    scorer = HistoryScorer(combination, features, [])
    towers = np.arange(PRODUCTS, dtype=np.float32)[None]
    change = (_scores(scorer, [3], towers) - _scores(scorer, [3]))[0]
    own = np.unique(bought.products[bought.customers == 3])
    assert change.numpy()[own] == pytest.approx(np.zeros(len(own)), abs=1e-5)
    others = np.setdiff1d(np.arange(PRODUCTS), own)
    assert change.numpy()[others] == pytest.approx(2.0 * others, abs=1e-4)


def test_what_was_bought_can_be_left_out(scorer, bought):
    customers = [3, CUSTOMERS]
    everything, unbought = (
        _scores(scorer, customers, without_bought=without).numpy() for without in (False, True)
    )
    own = np.unique(bought.products[bought.customers == 3])
    others = np.setdiff1d(np.arange(PRODUCTS), own)
    assert np.isneginf(unbought[0, own]).all()
    assert unbought[0, others].tolist() == everything[0, others].tolist()
    assert unbought[1].tolist() == everything[1].tolist()


@pytest.fixture(scope="module")
def visitors():
    """Each customer comes once, on a day of her own, and takes products of her own half: train, eval rows."""
    random = np.random.default_rng(1)
    customers, products, days = [], [], []
    for customer in range(200):
        taken = random.permutation(6)[:4] + 6 * (customer % 2)
        customers += [customer] * 4
        products += taken.tolist()
        days += [customer % 100] * 4
    rows = Purchases(np.array(customers), np.array(products), np.array(days) * DAY)
    held_out = np.arange(len(rows)) % 4 == 3
    return rows.take(~held_out), rows.take(held_out)


@pytest.mark.parametrize("history", [History(fitted_to="eval"), History(window_days=10)])
def test_towers_count_where_customers_come_once(visitors, history):
    half = np.eye(2, dtype=np.float32)
    tf_keras.utils.set_random_seed(1)
    scorer = learn(
        history, *visitors, attributes=[], queries=half[np.arange(200) % 2], products=half[np.arange(12) // 6]
    ).scorer(Purchases.together(*visitors))
    assert scorer.tower_weight.numpy() > 0.5


def test_what_nobody_buys_twice_comes_last(visitors):
    tf_keras.utils.set_random_seed(1)
    zeros = np.zeros([200, 2], np.float32), np.zeros([PRODUCTS, 2], np.float32)
    scorer = learn(
        History(fitted_to="eval"), *visitors, attributes=[], queries=zeros[0], products=zeros[1]
    ).scorer(Purchases.together(*visitors))
    scores = _scores(scorer, np.arange(200)).numpy()
    seen = Purchases.together(*visitors)
    own = scores[seen.customers, seen.products].copy()
    scores[seen.customers, seen.products] = np.inf
    assert own.max() < scores.min()


def test_at_first_a_purchase_says_as_much_as_purchases_are_repeated(bought, visitors):
    again, never = (
        Combination(features_at(200 * DAY, rows, 200, [], PRODUCTS), [], seed=1)
        for rows in (bought, visitors[0])
    )
    assert again.bought_before.numpy().min() > 3  # most purchases are repeats
    assert never.bought_before.numpy().max() < -3  # 600 purchases, no repeat: 3 - ln(601)


def test_towers_whose_weight_nobody_tells_are_said_not_to_count(visitors, caplog):
    others, rows = visitors
    strangers = Purchases(np.full(len(rows), -1), rows.products, rows.seconds)
    logging.use_absl_handler()
    with caplog.at_level("WARNING"):
        learned = learn(
            History(fitted_to="eval", epochs=1),
            others,
            strangers,
            attributes=[],
            queries=np.zeros([200, 2], np.float32),
            products=np.zeros([PRODUCTS, 2], np.float32),
        )
    assert learned.combination.towers.numpy() == 0
    assert "the towers do not count in the final scores" in caplog.text
