"""The question whether a joined table has one row for its keys, so that a join multiplies no interaction."""

from include.experiment.config.dataset_config import Table
from include.experiment.resolve.experiment import Experiment
from include.sql.identifiers import identifier
from include.sql.sources import as_of, conditions_parameters, joins
from include.sql.template import ReadQuery, render


def repeated_keys_query(experiment: Experiment, joined: Table, project: str | None) -> ReadQuery:
    """Return the query for the keys of a joined table that have several rows, also after `latest_by`.

    Its answer is one row or none: the keys with the most rows, under their names, `row_count` of those, and
    `key_count`, how many keys there are like them.

    Args:
        experiment: The resolved experiment.
        joined: One of its dataset's tables, after the first.
        project: Project of a table that is written without one.
    """
    position = experiment.dataset.tables.index(joined)
    join = joins(experiment, project)[position - 1]
    sql = render(
        "repeated_keys.sql.j2",
        join=join,
        keys=[identifier(column) for column in joined.key_columns],
        as_of=as_of(experiment),
    )
    return ReadQuery(sql, tuple(conditions_parameters(experiment, joined)))
