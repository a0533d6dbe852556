import type { ReactNode } from "react";

import { liftWords } from "../wording/lifts";
import { Shape } from "./Shape";

interface Props {
  lift: number | null;
  baseline: string | null;
}

/** How many times as good as the best baseline a metric is: an arrow for better or worse, the factor and the baseline. */
export function Lift({ lift, baseline }: Props): ReactNode {
  if (lift === null || baseline === null) return <span className="ex-none">no baseline</span>;
  const { factor, beats, words } = liftWords(lift, baseline);
  const tone = beats === null ? "calm" : beats ? "good" : "bad";
  return (
    <span className={`ex-lift ex-${tone}`} title={words}>
      <Shape name={beats === null ? "dot" : beats ? "up" : "down"} />
      <b>{factor}</b> <span className="ex-baseline">{baseline}</span>
      <span className="ex-hidden">, {words}</span>
    </span>
  );
}
