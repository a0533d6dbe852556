import type { ReactNode } from "react";

import type { Better } from "../api/answers";
import { liftWords } from "../wording/lifts";
import { Shape } from "./Shape";

interface Props {
  lift: number | null;
  better: Better;
  baseline: string | null;
}

/** How many times the best baseline's value a metric is: an arrow for better or worse, the factor and the baseline. */
export function Lift({ lift, better, baseline }: Props): ReactNode {
  if (lift === null || baseline === null) return <span className="ex-none">no baseline</span>;
  const { factor, beats, words } = liftWords(lift, better, baseline);
  const tone = beats === null ? "calm" : beats ? "good" : "bad";
  return (
    <span className={`ex-lift ex-${tone}`} title={words}>
      <Shape name={beats === null ? "dot" : beats ? "up" : "down"} />
      <b>{factor}</b> <span className="ex-baseline">{baseline}</span>
      <span className="ex-hidden">{beats === false ? ", worse: " : ", "}{words}</span>
    </span>
  );
}
