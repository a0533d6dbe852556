import type { Row } from "../api/answers";

/** What an experiment is called: its short name, else the id of its run. */
export function nameOf(row: Pick<Row, "name" | "run_id" | "number">): string {
  const name = row.name ?? row.run_id;
  // A name that holds the number already, as 'quick_test #12 · fast', says it once.
  return row.number === null || name.includes(`#${row.number}`) ? name : `#${row.number} ${name}`;
}

/** A metric or parameter as people read it: 'test_recall_at_100' and 'recall@100' are both known forms. */
export function readable(name: string): string {
  return name.replaceAll("_", " ");
}
