"""The later steps of staging: which split a row is in, and which rows are kept."""

from datetime import datetime

from include.experiment.config.choices import SampleUnit, SplitStrategy
from include.experiment.config.column_types import StagedType
from include.experiment.config.dataset_config import Role
from include.experiment.resolve.experiment import Experiment
from include.sql.identifiers import identifier
from include.sql.parameters import QueryParameter, moment_parameter

BUCKETS = 10_000

SplitRules = tuple[list[tuple[str, str]], str, list[QueryParameter]]


def row_key(experiment: Experiment) -> list[str]:
    """Return the texts that together identify an interaction: customer, product and second.

    It is the same for every feature config, so that experiments with other features keep the same splits.
    Rows that become graphs are identified by customer and basket, so that no basket is torn.
    """
    dataset = experiment.dataset
    basket = dataset.with_role(Role.BASKET) if experiment.reads_graphs else None
    row = (dataset.product_id, dataset.date_column) if basket is None else (basket.name,)
    return [_as_text(experiment, name) for name in (dataset.customer_id, *row)]


def sample_key(experiment: Experiment) -> list[str]:
    """Return the texts by which rows are sampled: those of the whole row, or its customer."""
    by_customer = experiment.split.sample_unit is SampleUnit.CUSTOMER
    return [_as_text(experiment, experiment.dataset.customer_id)] if by_customer else row_key(experiment)


def split_rules(experiment: Experiment) -> SplitRules:
    """Return (split, condition) pairs in order, the split of all other rows, and their parameters."""
    plan, test_start, eval_start = experiment.split, experiment.test_start, experiment.eval_start
    train_buckets = _buckets("train_buckets", plan.train_share)
    by_train_hash = ("train", "split_bucket < @train_buckets")
    if plan.strategy is SplitStrategy.TIME_HOLDOUT and test_start:
        parameters = [_moment(experiment, "test_start", test_start), train_buckets]
        return [("test", "interaction_date >= @test_start"), by_train_hash], "eval", parameters
    if plan.strategy is SplitStrategy.STRICT_TIME and test_start and eval_start:
        rules = [("test", "interaction_date >= @test_start"), ("eval", "interaction_date >= @eval_start")]
        parameters = [
            _moment(experiment, "test_start", test_start),
            _moment(experiment, "eval_start", eval_start),
        ]
        return rules, "train", parameters
    train_and_eval = _buckets("train_and_eval_buckets", plan.train_share + plan.eval_share)
    rules = [by_train_hash, ("eval", "split_bucket < @train_and_eval_buckets")]
    return rules, "test", [train_buckets, train_and_eval]


def kept_rows(experiment: Experiment) -> tuple[list[str], list[QueryParameter]]:
    """Return what the dataset's filters keep of the split rows, and the parameters of that."""
    dataset, filters = experiment.dataset, experiment.dataset.filters
    texts, parameters = [], []
    if filters.top_revenue_share:
        product = identifier(dataset.product_id)
        texts.append(f"{product} IN (SELECT {product} FROM top_products)")  # noqa: S608 (validated)
        parameters.append(QueryParameter("top_revenue_share", "FLOAT64", filters.top_revenue_share.share))
    if filters.min_interactions_per_customer:
        customer = identifier(dataset.customer_id)
        texts.append(f"{customer} IN (SELECT {customer} FROM active_customers)")  # noqa: S608 (validated)
        least = filters.min_interactions_per_customer
        parameters.append(QueryParameter("min_interactions_per_customer", "INT64", least))
    return texts, parameters


def chosen_rows(experiment: Experiment) -> tuple[list[str], list[QueryParameter]]:
    """Return the conditions of which a row must fulfil one to be in a sample, and their parameters.

    None where nothing is sampled. The test split is never sampled. Vocabularies, and with them the products
    that can be recommended, do not depend on the sample: the first train row of each customer and of each
    product is in every sample, so that a larger one still contains the smaller. Graphs have no vocabularies,
    and a single row is no visit.
    """
    if experiment.split.sample_percent == 100:
        return [], []
    texts = ["split = 'test'", "sample_bucket < @sample_buckets"]
    if sample_order(experiment):
        names = [identifier(name) for name in (experiment.dataset.customer_id, experiment.dataset.product_id)]
        first = "split = 'train' AND sample_order = MIN(sample_order) OVER (PARTITION BY split, {name})"
        texts += [first.format(name=name) for name in names]
    return texts, [_buckets("sample_buckets", experiment.split.sample_percent / 100)]


def sample_order(experiment: Experiment) -> str | None:
    """Return a row's place in the order in which samples take rows; None where that does not matter.

    Where whole customers are sampled, their rows share a bucket, and the row's own hash orders them.
    """
    sampled = experiment.split.sample_percent < 100 and not experiment.reads_graphs
    return f"sample_bucket * {BUCKETS} + split_bucket" if sampled else None


def _as_text(experiment: Experiment, name: str) -> str:
    column = experiment.column(name)
    is_text = column.staged_type is StagedType.STRING
    return identifier(name) if is_text else f"CAST({identifier(name)} AS STRING)"


def _moment(experiment: Experiment, name: str, moment: datetime) -> QueryParameter:
    date_type = experiment.column(experiment.dataset.date_column).bigquery_type
    return moment_parameter(name, moment, date_type)


def _buckets(name: str, share: float) -> QueryParameter:
    return QueryParameter(name, "INT64", round(share * BUCKETS))
