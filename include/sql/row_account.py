"""The question what becomes of each row of the window before rows are sampled."""

from include.experiment.resolve.experiment import Experiment
from include.sql.columns import source_column
from include.sql.conditions import row_steps, window_conditions
from include.sql.identifiers import table
from include.sql.partitions import bounds_beside_window
from include.sql.sources import as_of, base_alias, join_parameters, joins
from include.sql.template import ReadQuery, render

KEPT, UNDATED = "kept", "undated"


def row_account_query(experiment: Experiment, project: str | None) -> ReadQuery:
    """Return the query for the number of rows by the first step that drops them.

    Its answer has a row for each `step` (a `RowStep`'s name, `kept` or `undated`) and `is_missing` (whether
    the step found no value to compare), with `row_count`.

    Args:
        experiment: The resolved experiment.
        project: Project of a table that is written without one.
    """
    dataset = experiment.dataset
    window, parameters = window_conditions(experiment)
    bounds, bounds_parameters = bounds_beside_window(experiment)
    steps = row_steps(experiment)
    sql = render(
        "row_account.sql.j2",
        base=base_alias(dataset),
        base_table=table(dataset.tables[0].table, project),
        joins=joins(experiment, project),
        as_of=as_of(experiment),
        date=source_column(dataset, dataset.date_column),
        window=window,
        bounds=bounds,
        steps=steps,
        kept=KEPT,
        undated=UNDATED,
    )
    conditions = [parameter for step in steps for parameter in step.parameters]
    return ReadQuery(sql, (*join_parameters(experiment), *parameters, *bounds_parameters, *conditions))
