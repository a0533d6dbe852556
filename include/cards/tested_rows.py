"""Which rows an experiment is tested on, as a key: models are compared where it is equal alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from include.cards.card import TestedRows
from include.experiment.resolve.experiment import Experiment
from include.experiment.resolve.identity import short_hash
from include.sql.columns import source_column, value_of
from include.sql.conditions import row_steps, window_conditions
from include.sql.identifiers import table
from include.sql.partitions import bounds_beside_window
from include.sql.sources import as_of, base_alias, join_parameters, joins
from include.sql.splits import row_key, split_rules


def rows_tested_on(experiment: Experiment) -> TestedRows | None:
    """Return the rows that an experiment is tested on.

    None where it is tested on none, as an overfit check is, or where the types of its columns are not known.
    """
    if experiment.parameters.overfit_rows is not None or not experiment.columns:
        return None
    first = experiment.test_start or experiment.window_start
    return TestedRows(
        key=short_hash("\n".join(_determined_by(experiment))),
        first_day=f"{first:%Y-%m-%d}" if first else None,
        last_day=f"{experiment.window_end - timedelta(days=1):%Y-%m-%d}",
    )


def _determined_by(experiment: Experiment) -> Iterator[str]:
    """Yield what the rows of the test split depend on, and nothing of features, model or sample.

    Each part is what the staging statement has of it. Test rows are never sampled. Which customers and
    products the filters keep depends on all rows that are not test rows, however those are divided.
    """
    dataset, filters = experiment.dataset, experiment.dataset.filters
    yield dataset.name
    yield f"{table(dataset.tables[0].table)} {base_alias(dataset)} {as_of(experiment)}"
    yield from (str(joined) for joined in joins(experiment, None))
    window, window_parameters = window_conditions(experiment)
    bounds, bounds_parameters = bounds_beside_window(experiment)
    steps = row_steps(experiment)
    yield from (*window, *bounds, *(step.keeps for step in steps))
    parameters = [parameter for step in steps for parameter in step.parameters]
    named = (*join_parameters(experiment), *window_parameters, *bounds_parameters, *parameters)
    yield from map(str, named)
    for name in (dataset.customer_id, dataset.product_id, dataset.date_column):
        column = experiment.column(name)
        yield f"{value_of(source_column(dataset, name), column.bigquery_type)} AS {column.staged_type}"
    yield f"{filters.top_revenue_share!r} {filters.min_interactions_per_customer!r}"
    if filters.top_revenue_share:
        yield source_column(dataset, filters.top_revenue_share.column)
    yield from _split(experiment)
    yield from experiment.source_state.identity if experiment.source_state else ()


def _split(experiment: Experiment) -> Iterator[str]:
    """Yield what tells test rows from others: the day from which they are, or the hashes that they have."""
    if experiment.test_start:
        yield f"from {experiment.test_start.isoformat()}"
        return
    _, _, parameters = split_rules(experiment)
    # The last boundary is the one between eval and test.
    yield f"{parameters[-1]}"
    yield from row_key(experiment)
