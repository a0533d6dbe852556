import type { ReactNode } from "react";

import type { Row } from "../api/answers";
import { counted } from "../wording/numbers";
import { markOf } from "../wording/states";
import { Shape } from "./Shape";

/** A state by shape and word. */
export function StateMark({ state }: { state: string | null }): ReactNode {
  const mark = markOf(state);
  return (
    <span className={`ex-state ex-${mark.tone}`}>
      <Shape name={mark.shape} />
      {mark.word}
    </span>
  );
}

/** An experiment's state with the bar of its stages and what is at work. */
export function Progress({ row }: { row: Row }): ReactNode {
  return (
    <div className="ex-progress">
      <StateMark state={row.state} />
      {row.deleted && <span className="ex-tag">run deleted</span>}
      <StageBar row={row} />
      {atWork(row) !== null && <span className="ex-at-work">{atWork(row)}</span>}
    </div>
  );
}

function atWork(row: Row): string | null {
  if (row.state === "succeeded" || row.deleted) return null;
  const place = row.component ?? row.stage;
  if (row.state === "failed") return place === null ? null : `at ${place}`;
  if (place === null || row.epochs === null || row.component !== "Trainer") return place;
  return `${place}, epoch ${row.epochs[0]} of ${row.epochs[1]}`;
}

function StageBar({ row }: { row: Row }): ReactNode {
  if (row.stages.length === 0) return null;
  const done = row.stages.filter(([, state]) => markOf(state).tone === "good").length;
  return (
    <span className="ex-stages" role="img" aria-label={`${counted(done, "stage")} done`}>
      {row.stages.map(([task, state]) => (
        <i key={task} className={`ex-${markOf(state).tone}`} title={`${task}: ${markOf(state).word}`} />
      ))}
    </span>
  );
}
