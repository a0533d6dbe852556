import { airflowAddress, ask } from "./request";

/** A parameter of a DAG's form, as Airflow describes it. */
export interface DagParam {
  value: unknown;
  description: string | null;
  schema: {
    type?: string | string[];
    enum?: unknown[];
    title?: string;
    description?: string;
    minimum?: number;
    maximum?: number;
    section?: string;
    const?: unknown;
  };
}

function runAddress(dagId: string, runId: string): string {
  return airflowAddress(`dags/${encodeURIComponent(dagId)}/dagRuns/${encodeURIComponent(runId)}`);
}

/** Mark a run as failed, as Airflow's own page does, as the user who is logged in. */
export async function stopRun(dagId: string, runId: string): Promise<void> {
  await ask(runAddress(dagId, runId), {
    method: "PATCH",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ state: "failed" }),
  });
}

/** What a run was started with. */
export async function confOf(dagId: string, runId: string): Promise<Record<string, unknown>> {
  const answer = await ask(runAddress(dagId, runId));
  const { conf } = (await answer.json()) as { conf: Record<string, unknown> | null };
  return conf ?? {};
}

/** The parameters that a DAG's form has, by name. */
export async function paramsOf(dagId: string): Promise<Record<string, DagParam>> {
  const answer = await ask(airflowAddress(`dags/${encodeURIComponent(dagId)}/details`));
  const { params } = (await answer.json()) as { params: Record<string, DagParam> | null };
  return params ?? {};
}

/** Start a run, as the user who is logged in; returns its id. */
export async function startRun(dagId: string, conf: Record<string, unknown>): Promise<string> {
  const answer = await ask(airflowAddress(`dags/${encodeURIComponent(dagId)}/dagRuns`), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ logical_date: null, conf }),
  });
  const { dag_run_id: runId } = (await answer.json()) as { dag_run_id: string };
  return runId;
}
