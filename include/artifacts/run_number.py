"""Which run of a DAG has which number."""

from __future__ import annotations

from dataclasses import dataclass

from include.artifacts.artifact import Artifact, file


@dataclass(frozen=True)
class RunNumber(Artifact, path="numbers/{dag_id}/{number}", names={"number": r"\d+"}):
    """A number that a run of a DAG has taken; no other run takes it again.

    Attributes:
        dag_id: The DAG.
        number: In decimals, from 1.
    """

    dag_id: str
    number: str

    # Says the experiment id of the run.
    owner = file(".txt")
