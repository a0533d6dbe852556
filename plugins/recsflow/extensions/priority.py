"""Who goes first where tasks wait for a free slot: what runs now, then what is of the past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.task.priority_strategy import PriorityWeightStrategy

if TYPE_CHECKING:
    from airflow.models.taskinstance import TaskInstance

BACKFILLED, CURRENT = 1, 10
_BACKFILL = "backfill__"


class BackfillLast(PriorityWeightStrategy):
    """Lets tasks of scheduled, triggered and asset-triggered runs pass those of a backfill."""

    # Airflow has this name in each version of a DAG that it keeps, and shows no run of a version whose
    # strategy is not registered by it, wherever the class lies now.
    __module__ = "recsflow.priority"

    def get_weight(self, ti: TaskInstance) -> int:
        """Return the weight; the heavier task goes first."""
        return BACKFILLED if ti.run_id.startswith(_BACKFILL) else CURRENT
