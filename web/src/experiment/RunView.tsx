import type { ReactNode } from "react";

import type { ExperimentList } from "../api/answers";
import { apiAddress } from "../api/request";
import { useAnswer } from "../api/useAnswer";
import { Notice } from "../elements/Notice";
import { Waiting } from "../elements/Waiting";
import { ExperimentTable } from "../list/ExperimentTable";
import { ExperimentView } from "./ExperimentView";

const SOON_MS = 5000;

/** The experiment of a run of a DAG; a sweep's run has several, which are listed. */
export function RunView({ dagId, runId }: { dagId: string; runId: string }): ReactNode {
  const asked = new URLSearchParams({ dag_id: dagId, run_id: runId, limit: "200" });
  const { body, error } = useAnswer<ExperimentList>(apiAddress(`experiments?${asked}`), ({ experiments }) =>
    experiments.length === 0 ? SOON_MS : null,
  );
  if (error !== null) return <Notice tone="bad">{error.message}</Notice>;
  if (body === null) return <Waiting what="the run's experiment" />;
  const [first] = body.experiments;
  if (first === undefined) {
    return (
      <Notice tone="calm" title="This run has no experiment yet" live>
        Its first task makes one; a run of a DAG that trains nothing has none.
      </Notice>
    );
  }
  if (body.experiments.length === 1) return <ExperimentView id={first.experiment_id} />;
  return <ExperimentTable rows={body.experiments} address={new URLSearchParams()} onChange={() => undefined} />;
}
