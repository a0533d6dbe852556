import type { Row } from "../api/answers";

/** What an experiment is called: its short name, else its DAG and when its run was made, else its run's id. */
export function nameOf(row: Pick<Row, "name" | "dag_id" | "run_id" | "number">): string {
  const name = row.name ?? runName(row);
  // A name that holds the number already, as 'quick_test #12 · fast', says it once.
  return row.number === null || name.includes(`#${row.number}`) ? name : `#${row.number} ${name}`;
}

const TIME = /(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/;

function runName({ dag_id: dagId, run_id: runId }: Pick<Row, "dag_id" | "run_id">): string {
  const [, day, time] = TIME.exec(runId) ?? [];
  return day === undefined || time === undefined ? runId : `${dagId} ${day} ${time}`;
}

/** A metric or parameter as people read it: 'test_recall_at_100' and 'recall@100' are both known forms. */
export function readable(name: string): string {
  return name.replaceAll("_", " ");
}
