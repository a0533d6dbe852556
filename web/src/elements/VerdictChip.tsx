import type { ReactNode } from "react";

import { verdictTone } from "../wording/states";
import { Shape } from "./Shape";

const SHAPES = { good: "check", bad: "cross", doubt: "triangle", work: "half", calm: "dot" } as const;

interface Props {
  verdict: string | null;
  /** Whether training goes on, so that the verdict may change. */
  soFar?: boolean;
}

/** What the trainer says of how training went. */
export function VerdictChip({ verdict, soFar = false }: Props): ReactNode {
  if (verdict === null) return <span className="ex-none">–</span>;
  const tone = verdictTone(verdict);
  return (
    <span className={`ex-chip ex-${tone}`}>
      <Shape name={SHAPES[tone]} />
      {verdict.replaceAll("_", " ")}
      {soFar && " so far"}
    </span>
  );
}
