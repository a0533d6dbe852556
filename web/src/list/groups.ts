import type { Row, TestRows } from "../api/answers";

/** Experiments that were tested on the same rows, so that their metrics may be compared. */
export interface Group {
  key: string | null;
  dataset: string | null;
  test: TestRows | null;
  rows: Row[];
  /** Ids of those whose headline metric is the best of at least two that have it. */
  best: ReadonlySet<string>;
}

/** Experiments by the rows that they were tested on, each group where its first experiment stands; the order within is kept. */
export function groupsOf(rows: readonly Row[]): Group[] {
  const groups = new Map<string | null, Row[]>();
  for (const row of rows) {
    const members = groups.get(row.group);
    if (members === undefined) groups.set(row.group, [row]);
    else members.push(row);
  }
  return [...groups].map(([key, members]) => ({
    key,
    dataset: members[0]?.dataset ?? null,
    test: members[0]?.test_rows ?? null,
    rows: members,
    best: key === null ? new Set() : bestOf(members),
  }));
}

function bestOf(rows: readonly Row[]): Set<string> {
  const byMetric = Map.groupBy(rows.flatMap(measured), ({ metric }) => metric);
  return new Set(
    [...byMetric.values()].flatMap((found) => {
      if (found.length < 2) return [];
      const most = Math.max(...found.map(({ goodness }) => goodness));
      return found.filter(({ goodness }) => goodness === most).map(({ id }) => id);
    }),
  );
}

function measured({ experiment_id: id, headline }: Row): { id: string; metric: string; goodness: number }[] {
  if (headline?.value == null || headline.better === null) return [];
  return [{ id, metric: headline.metric, goodness: headline.better === "higher" ? headline.value : -headline.value }];
}
