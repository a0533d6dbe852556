"""Renders the one statement that stages an experiment's rows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from include.experiment.experiment import Experiment
from include.experiment.identity import content_hash
from include.sql.identifiers import identifier, table
from include.sql.interactions import base_alias, conditions, joins, separators, source_columns
from include.sql.parameters import QueryParameter
from include.sql.splits import chosen_rows, kept_rows, row_key, sample_key, sample_order, split_rules

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
    """

    sql: str
    parameters: tuple[QueryParameter, ...]
    table: str
    fingerprint: str
    select: str

    def document(self) -> str:
        """Return the statement as a file for people, with the values of its parameters as comments."""
        return "".join(f"-- {parameter}\n" for parameter in self.parameters) + self.sql


def render_staging_query(
    experiment: Experiment,
    *,
    staging_dataset: str,
    project: str | None = None,
    expiration_days: int = DEFAULT_EXPIRATION_DAYS,
) -> StagingQuery:
    """Return the statement that stages an experiment's rows.

    The table is named after the SELECT and its parameters, so equal rows are staged once, whichever
    experiment asks, and no run overwrites another's.

    Args:
        experiment: The experiment.
        staging_dataset: Dataset of the table, `dataset` or `project.dataset`.
        project: Project of every table that is written without one; best given, so that the statement
            means the same wherever it runs.
        expiration_days: Days until BigQuery deletes the table.
    """
    environment = _environment()
    select, parameters = _select(environment, experiment, project)
    fingerprint = content_hash(select, *(str(parameter) for parameter in parameters))
    quoted = table(f"{staging_dataset}.rows_{fingerprint[:12]}", project)
    sql = environment.get_template("create_table.sql.j2").render(
        table=quoted,
        dataset=identifier(experiment.dataset.name).strip("`"),
        expiration_days=int(expiration_days),
        select=select.rstrip("\n"),
    )
    return StagingQuery(sql, parameters, quoted.strip("`"), fingerprint, select)


def _environment() -> Environment:
    return Environment(  # noqa: S701 (SQL, not HTML: values are query parameters, identifiers are validated)
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _select(
    environment: Environment, experiment: Experiment, project: str | None
) -> tuple[str, tuple[QueryParameter, ...]]:
    dataset, filters = experiment.dataset, experiment.dataset.filters
    where, parameters = conditions(experiment)
    rules, otherwise, split_parameters = split_rules(experiment)
    kept, kept_parameters = kept_rows(experiment)
    chosen, chosen_parameters = chosen_rows(experiment)
    values: dict[str, Any] = {
        "base": base_alias(dataset),
        "base_table": table(dataset.tables[0].table, project),
        "source_columns": source_columns(experiment),
        "joins": joins(dataset, project),
        "conditions": where,
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
    sql = environment.get_template("staging.sql.j2").render(values)
    named = (*separators(experiment), *parameters, *split_parameters)
    return sql, (*named, *kept_parameters, *chosen_parameters)
