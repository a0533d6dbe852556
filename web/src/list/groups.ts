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
  const byMetric = new Map<string, { id: string; value: number }[]>();
  for (const { experiment_id: id, headline } of rows) {
    if (headline?.value == null) continue;
    // Whatever is better is larger from here on.
    const value = headline.better === "higher" ? headline.value : -headline.value;
    byMetric.set(headline.metric, [...(byMetric.get(headline.metric) ?? []), { id, value }]);
  }
  const best = new Set<string>();
  for (const measured of byMetric.values()) {
    if (measured.length < 2) continue;
    const most = Math.max(...measured.map(({ value }) => value));
    for (const { id, value } of measured) if (value === most) best.add(id);
  }
  return best;
}
