import type { ReactNode } from "react";

import { number } from "../wording/numbers";
import { linePoints } from "./line_points";

const WIDTH = 84;
const HEIGHT = 22;

interface Props {
  metric: string;
  values: readonly (number | null)[];
}

/** A metric's course in the height of a line of text. Plain SVG: fifty canvases and a library's 20 kB draw no better line. */
export function Sparkline({ metric, values }: Props): ReactNode {
  const measured = values.filter((value) => value !== null);
  const first = measured[0];
  const last = measured.at(-1);
  if (first === undefined || last === undefined) return <span className="ex-none">–</span>;
  const label = measured.length === 1 ? `${metric}: ${number(last)}` : `${metric} from ${number(first)} to ${number(last)}`;
  const { points, end } = linePoints(values, WIDTH, HEIGHT);
  return (
    <svg className="ex-spark" width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <title>{label}</title>
      <polyline points={points} />
      <circle cx={end[0]} cy={end[1]} r="2" />
    </svg>
  );
}
