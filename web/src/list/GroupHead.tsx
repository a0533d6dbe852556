import type { ReactNode } from "react";

import { count, counted } from "../wording/numbers";
import type { Group } from "./groups";

/** Says why experiments of different groups are not ranked, where there are such. */
export function NotRanked({ groups }: { groups: readonly Group[] }): ReactNode {
  if (groups.filter(({ key }) => key !== null).length < 2) return null;
  return (
    <p className="ex-not-ranked">
      Grouped by the rows they were tested on. A metric tells which model is better only on the same rows: other days or another
      dataset are easier or harder by themselves, so models are not ranked across groups.
    </p>
  );
}

/** The line above the experiments of a group: what they were tested on. */
export function GroupHead({ group, columns }: { group: Group; columns: number }): ReactNode {
  return (
    <tr className="ex-group">
      <th scope="rowgroup" colSpan={columns}>
        <span>{group.key === null ? "No test rows yet" : (group.dataset ?? "dataset unknown")}</span>
        <span className="ex-muted">
          {[...testedOn(group), counted(group.rows.length, "experiment"), ...bestWords(group)].join(" · ")}
        </span>
      </th>
    </tr>
  );
}

function testedOn({ test }: Group): string[] {
  if (test === null) return [];
  const days = test.first_day === null ? [] : [`tested on ${test.first_day} to ${test.last_day ?? "now"}`];
  return [...days, ...(test.rows === null ? [] : [`${count(test.rows)} rows`])];
}

function bestWords(group: Group): string[] {
  return group.best.size > 0 ? ["★ best of those shown"] : [];
}
