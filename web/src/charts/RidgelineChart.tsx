import { useMemo } from "react";
import type { ReactNode } from "react";

import type { Histogram } from "../api/answers";
import { number } from "../wording/numbers";
import { ridgelineOf } from "./ridges";

const WIDTH = 420;
const MARGIN = 44;

/** How a tower's numbers are spread, epoch behind epoch: a spread that shrinks to a needle is a collapse that one sees. */
export function RidgelineChart({ title, histograms }: { title: string; histograms: readonly Histogram[] }): ReactNode {
  const { ridges, low, high, height } = useMemo(() => ridgelineOf(histograms, WIDTH), [histograms]);
  if (ridges.length === 0) return <p className="ex-muted">No histogram was written.</p>;
  const every = Math.ceil(ridges.length / 12);
  return (
    <figure className="ex-chart">
      <figcaption>{title}</figcaption>
      <svg
        className="ex-ridges"
        viewBox={`0 0 ${WIDTH + MARGIN} ${height + 18}`}
        role="img"
        aria-label={`${title}: histograms of ${histograms.length} epochs, values from ${number(low)} to ${number(high)}`}
      >
        {ridges.map(({ epoch, y, path }, index) => (
          <g key={epoch} transform={`translate(${MARGIN} 0)`}>
            <path d={path}>
              <title>epoch {epoch}</title>
            </path>
            {index % every === 0 && (
              <text x={-6} y={y} textAnchor="end">
                {epoch}
              </text>
            )}
          </g>
        ))}
        <text x={MARGIN} y={height + 14}>
          {number(low)}
        </text>
        <text x={WIDTH + MARGIN} y={height + 14} textAnchor="end">
          {number(high)}
        </text>
      </svg>
    </figure>
  );
}
