"""Renders the one statement that stages an experiment's rows."""

from dataclasses import dataclass
from typing import Any

from include.experiment.resolve.experiment import Experiment
from include.experiment.resolve.identity import content_hash, staged_table
from include.sql.columns import separators, staged_expressions
from include.sql.conditions import row_steps, window_conditions
from include.sql.identifiers import identifier, table
from include.sql.parameters import QueryParameter
from include.sql.partitions import bounds_beside_window
from include.sql.sources import as_of, base_alias, join_parameters, joins
from include.sql.splits import chosen_rows, kept_rows, row_key, sample_key, sample_order, split_rules
from include.sql.template import render

DEFAULT_EXPIRATION_DAYS = 30


@dataclass(frozen=True)
class StagingQuery:
    """A statement that creates an experiment's table of rows, unless it is there.

    Attributes:
        sql: The whole statement.
        parameters: Its query parameters.
        table: Name of the table, as it stands in the statement.
        fingerprint: Hash of everything that determines the rows; part of the table's name.
        select: The part of the statement that reads.
        source: The state of the source that is read, in words; empty where it is not known.
    """

    sql: str
    parameters: tuple[QueryParameter, ...]
    table: str
    fingerprint: str
    select: str
    source: str = ""

    def document(self) -> str:
        """Return the statement as a file for people, with source and values of parameters as comments."""
        state = [f"state of the source: {self.source}"] if self.source else []
        lines = (*state, *map(str, self.parameters))
        return "".join(f"-- {line}\n" for line in lines) + self.sql


def render_staging_query(
    experiment: Experiment,
    *,
    staging_dataset: str,
    project: str | None = None,
    expiration_days: int = DEFAULT_EXPIRATION_DAYS,
) -> StagingQuery:
    """Return the statement that stages an experiment's rows.

    The table is named after the SELECT, its parameters and the state of the tables that it reads, so equal
    rows are staged once, whichever experiment asks, no run overwrites another's, and none gets rows of before
    a change.

    Args:
        experiment: The experiment.
        staging_dataset: Dataset of the table, `dataset` or `project.dataset`.
        project: Project of every table that is written without one; best given, so that the statement
            means the same wherever it runs.
        expiration_days: Days until BigQuery deletes the table.
    """
    select, parameters = _select(experiment, project)
    state = experiment.source_state
    named_by = (*(str(parameter) for parameter in parameters), *(state.identity if state else ()))
    fingerprint = content_hash(select, *named_by)
    quoted = table(f"{staging_dataset}.{staged_table(fingerprint)}", project)
    sql = render(
        "create_table.sql.j2",
        table=quoted,
        dataset=identifier(experiment.dataset.name).strip("`"),
        expiration_days=int(expiration_days),
        select=select.rstrip("\n"),
    )
    return StagingQuery(sql, parameters, quoted.strip("`"), fingerprint, select, str(state or ""))


def _select(experiment: Experiment, project: str | None) -> tuple[str, tuple[QueryParameter, ...]]:
    dataset, filters = experiment.dataset, experiment.dataset.filters
    window, parameters = window_conditions(experiment)
    bounds, bounds_parameters = bounds_beside_window(experiment)
    steps = row_steps(experiment)
    rules, otherwise, split_parameters = split_rules(experiment)
    kept, kept_parameters = kept_rows(experiment)
    chosen, chosen_parameters = chosen_rows(experiment)
    values: dict[str, Any] = {
        "base": base_alias(dataset),
        "base_table": table(dataset.tables[0].table, project),
        "as_of": as_of(experiment),
        "source_columns": staged_expressions(experiment),
        "joins": joins(experiment, project),
        "conditions": [*window, *bounds, *(step.keeps for step in steps)],
        "row_key": row_key(experiment),
        "sample_key": sample_key(experiment),
        "split_rules": rules,
        "split_otherwise": otherwise,
        "top_products": filters.top_revenue_share is not None,
        "active_customers": filters.min_interactions_per_customer is not None,
        "product_id": identifier(dataset.product_id),
        "customer_id": identifier(dataset.customer_id),
        "staged_columns": [identifier(column.name) for column in experiment.columns],
        "history_columns": [identifier(name) for name in experiment.history_columns],
        "kept": kept,
        "sample_order": sample_order(experiment),
        "chosen": chosen,
    }
    sql = render("staging.sql.j2", **values)
    conditions = [parameter for step in steps for parameter in step.parameters]
    named = (
        *(*separators(experiment), *join_parameters(experiment)),
        *(*parameters, *bounds_parameters, *conditions),
    )
    return sql, (*named, *split_parameters, *kept_parameters, *chosen_parameters)
