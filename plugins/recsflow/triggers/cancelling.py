"""Triggers whose killed or cleared task cancels what it waited for."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from typing import Any

from airflow.triggers.base import BaseTrigger

WAITING_TRY_KEY = "waiting_try"


class CancellingTrigger(BaseTrigger):
    """Cancels when a user kills or clears the task; not when a triggerer stops, restarts or hands it over.

    The task says which of its tries waits, by pushing its number as `WAITING_TRY_KEY` before it defers.
    """

    @abstractmethod
    def awaited(self) -> str:
        """Return what is waited for, for a person."""

    @abstractmethod
    def cancel(self) -> None:
        """Cancel it; blocks."""

    async def on_kill(self) -> None:
        """Cancel, unless this very try still waits: then only the trigger moved elsewhere."""
        if await asyncio.to_thread(self._still_waiting):
            self.log.info("Task still waits for %s; leaving it alone.", self.awaited())
            return
        self.log.info("Task was killed or cleared; cancelling %s.", self.awaited())
        await asyncio.to_thread(self.cancel)

    def _still_waiting(self) -> bool:
        # A cleared task may wait again, in another try, before its old trigger hears of it.
        ti = self.task_instance
        if ti is None or self._waiting_try(ti) != ti.try_number:
            return False
        from airflow.sdk import TaskInstanceState
        from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

        states = RuntimeTaskInstance.get_task_states(
            dag_id=ti.dag_id, task_ids=[ti.task_id], run_ids=[ti.run_id], map_index=ti.map_index
        )
        return TaskInstanceState.DEFERRED in states.get(ti.run_id, {}).values()

    def _waiting_try(self, ti: Any) -> int | None:
        from airflow.sdk.bases.xcom import BaseXCom

        waiting: int | None = BaseXCom.get_one(
            key=WAITING_TRY_KEY,
            dag_id=ti.dag_id,
            task_id=ti.task_id,
            run_id=ti.run_id,
            map_index=ti.map_index,
        )
        return waiting
