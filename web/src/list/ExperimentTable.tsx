import type { ReactNode } from "react";

import type { Row } from "../api/answers";
import { useNow } from "../elements/useNow";
import { isLive } from "../wording/states";
import { ExperimentRow } from "./ExperimentRow";
import { changed, NEWEST_FIRST, sortAfter } from "./filters";
import { GroupHead, NotRanked } from "./GroupHead";
import { groupsOf } from "./groups";

interface Column {
  title: string;
  /** The field that the API sorts by, and whether its largest comes first. */
  sort?: [field: string, firstDescending: boolean];
}

const COLUMNS: Column[] = [
  { title: "Experiment", sort: ["name", false] },
  { title: "Dataset", sort: ["dataset", false] },
  { title: "Features", sort: ["features", false] },
  { title: "Model", sort: ["model", false] },
  { title: "State", sort: ["state", false] },
  { title: "Verdict", sort: ["verdict", false] },
  { title: "Metric and baseline", sort: ["lift", true] },
  { title: "Course" },
  { title: "Started", sort: ["created_at", true] },
];

interface Props {
  rows: readonly Row[];
  address: URLSearchParams;
  onChange: (address: URLSearchParams) => void;
}

/** The experiments of a page, grouped by the rows that they were tested on. */
export function ExperimentTable({ rows, address, onChange }: Props): ReactNode {
  const now = useNow(rows.some(isLive));
  const groups = groupsOf(rows);
  const sort = address.get("sort") ?? NEWEST_FIRST;
  return (
    <>
      <NotRanked groups={groups} />
      <div className="ex-table-box">
        <table className="ex-table">
          <caption className="ex-hidden">Experiments, grouped by the rows that they were tested on</caption>
          <thead>
            <tr>
              <th scope="col">
                <span className="ex-hidden">Pick to compare</span>
              </th>
              {COLUMNS.map((column) => (
                <ColumnHead key={column.title} column={column} sort={sort} onSort={(next) => onChange(changed(address, "sort", next))} />
              ))}
            </tr>
          </thead>
          {groups.map((group) => (
            <tbody key={group.key ?? ""}>
              <GroupHead group={group} columns={COLUMNS.length + 1} />
              {group.rows.map((row) => (
                <ExperimentRow
                  key={row.experiment_id}
                  row={row}
                  isBest={group.best.has(row.experiment_id)}
                  now={now}
                  address={address}
                  onChange={onChange}
                />
              ))}
            </tbody>
          ))}
        </table>
      </div>
    </>
  );
}

function ColumnHead({ column, sort, onSort }: { column: Column; sort: string; onSort: (sort: string) => void }): ReactNode {
  if (column.sort === undefined) return <th scope="col">{column.title}</th>;
  const [field, firstDescending] = column.sort;
  const order = sort === field ? "ascending" : sort === `-${field}` ? "descending" : "none";
  return (
    <th scope="col" aria-sort={order}>
      <button type="button" className="ex-sort" onClick={() => onSort(sortAfter(sort, field, firstDescending))}>
        {column.title}
        <span aria-hidden="true">{order === "ascending" ? " ▲" : order === "descending" ? " ▼" : ""}</span>
      </button>
    </th>
  );
}
