import type { ReactNode } from "react";
import { Link } from "react-router-dom";

import { experimentAddress } from "../addresses";
import type { Row } from "../api/answers";
import { Sparkline } from "../charts/Sparkline";
import { Lift } from "../elements/Lift";
import { Shape } from "../elements/Shape";
import { Progress } from "../elements/StateMark";
import { VerdictChip } from "../elements/VerdictChip";
import { nameOf } from "../wording/names";
import { counted, number } from "../wording/numbers";
import { isLive } from "../wording/states";
import { ago, duration, exact, secondsBetween } from "../wording/times";
import { picked } from "./filters";

// Of a cell that has nothing to say, which is left out where cells stand below one another.
const ABSENT = "ex-absent";

interface Props {
  row: Row;
  isBest: boolean;
  now: number;
  address: URLSearchParams;
  onChange: (address: URLSearchParams) => void;
}

/** One experiment's line; the labels of its cells are shown where the page is too narrow for columns. */
export function ExperimentRow({ row, isBest, now, address, onChange }: Props): ReactNode {
  const isPicked = address.getAll("pick").includes(row.experiment_id);
  return (
    <tr className={isPicked ? "ex-row ex-picked" : "ex-row"}>
      <td className="ex-pick">
        <input
          type="checkbox"
          aria-label={`Compare ${nameOf(row)}`}
          checked={isPicked}
          onChange={() => onChange(picked(address, row.experiment_id))}
        />
      </td>
      <th scope="row" className="ex-name">
        <Link to={experimentAddress(row.experiment_id)} title={`${nameOf(row)}\n${row.run_id}`}>
          {nameOf(row)}
        </Link>
        <span className="ex-muted ex-cut">{[row.dag_id, row.user ?? row.run_type].filter((word) => word !== null).join(" · ")}</span>
      </th>
      <ConfigCell label="Dataset" value={row.dataset} />
      <ConfigCell label="Features" value={row.features} />
      <ConfigCell label="Model" value={row.model} />
      <td data-label="State">
        <Progress row={row} />
        <Doubts row={row} />
      </td>
      <td data-label="Verdict" className={row.verdict === null ? ABSENT : undefined}>
        <VerdictChip verdict={row.verdict} soFar={isLive(row)} />
      </td>
      <td data-label="Metric" className={row.headline === null && row.state !== "succeeded" ? ABSENT : undefined}>
        <HeadlineCell row={row} isBest={isBest} />
      </td>
      <td data-label="Course" className={row.curve === null ? ABSENT : undefined}>
        {row.curve === null ? <span className="ex-none">–</span> : <Sparkline {...row.curve} />}
      </td>
      <td data-label="Started, took" className="ex-number">
        <When row={row} now={now} />
      </td>
    </tr>
  );
}

function When({ row, now }: { row: Row; now: number }): ReactNode {
  const ended = row.deleted ? (row.ended_at ?? row.updated_at) : row.ended_at;
  return (
    <>
      {row.created_at === null ? "–" : <time dateTime={row.created_at} title={exact(row.created_at)}>{ago(row.created_at, now)}</time>}
      <span className="ex-muted ex-cut">{duration(secondsBetween(row.created_at, ended, now))}</span>
    </>
  );
}

function ConfigCell({ label, value }: { label: string; value: string | null }): ReactNode {
  return (
    <td data-label={label}>
      <span className="ex-cut" title={value ?? undefined}>
        {value ?? "–"}
      </span>
    </td>
  );
}

function Doubts({ row }: { row: Row }): ReactNode {
  if (row.error !== null) return <span className="ex-cause ex-bad" title={row.error}>{row.error}</span>;
  if (row.warnings === 0) return null;
  return (
    <span className="ex-cause ex-doubt" title={row.warning ?? undefined}>
      <Shape name="triangle" /> {row.warnings === 1 && row.warning !== null ? row.warning : counted(row.warnings, "warning")}
    </span>
  );
}

function HeadlineCell({ row, isBest }: { row: Row; isBest: boolean }): ReactNode {
  const { headline } = row;
  if (headline?.value == null) {
    return <span className="ex-none">{row.state === "succeeded" ? "metrics missing" : "–"}</span>;
  }
  return (
    <div className="ex-headline">
      <span>
        {isBest && <Shape name="star" className="ex-best" />}
        {isBest && <span className="ex-hidden">best of its group: </span>}
        <span className="ex-muted">{headline.metric}</span> <b className="ex-number">{number(headline.value)}</b>
      </span>
      <Lift lift={row.lift} baseline={headline.baseline} />
    </div>
  );
}
