import type { ReactNode } from "react";

import { verdictTone } from "../wording/states";
import { Shape } from "./Shape";

const SHAPES = { good: "check", bad: "cross", doubt: "triangle", work: "half", calm: "dot" } as const;

/** What the trainer says of how training went. */
export function VerdictChip({ verdict }: { verdict: string | null }): ReactNode {
  if (verdict === null) return <span className="ex-none">–</span>;
  const tone = verdictTone(verdict);
  return (
    <span className={`ex-chip ex-${tone}`}>
      <Shape name={SHAPES[tone]} />
      {verdict.replaceAll("_", " ")}
    </span>
  );
}
