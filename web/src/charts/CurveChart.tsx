import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import uPlot from "uplot";
import styles from "uplot/dist/uPlot.min.css";

import { adoptStyles } from "../styles/adopt";
import { number } from "../wording/numbers";
import { colourOf, dashOf } from "./series";
import type { Series } from "./series";

adoptStyles(styles);
const HEIGHT = 190;
// uPlot's enum is one of declarations alone, which no module can import.
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
const LOGARITHMIC: uPlot.Scale = { distr: 3 };
const SINGLE_POINTS_UP_TO = 60;

interface Props {
  title: string;
  epochs: readonly number[];
  series: readonly Series[];
  logarithmic?: boolean;
}

/** Lines by epoch, which can be zoomed by dragging; the numbers under the pointer stand in the legend. */
export function CurveChart({ title, epochs, series, logarithmic = false }: Props): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const labels = series.map(({ label }) => label).join("\n");
  useEffect(() => {
    const target = box.current;
    if (target === null) return undefined;
    const made = new uPlot(options(target, labels.split("\n"), logarithmic), [[]], target);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: target.clientWidth, height: HEIGHT }));
    resized.observe(target);
    // Axes are drawn in the colours of the theme, which the person may change.
    const recoloured = new MutationObserver(() => made.redraw(false, true));
    recoloured.observe(document.documentElement, { attributes: true, attributeFilter: ["class", "data-theme"] });
    return () => {
      resized.disconnect();
      recoloured.disconnect();
      made.destroy();
    };
  }, [labels, logarithmic]);
  useEffect(() => {
    plot.current?.setData([[...epochs], ...series.map(({ values }) => values.map((value) => (logarithmic && value !== null && value <= 0 ? null : value)))]);
  }, [epochs, series, logarithmic]);
  return (
    <figure className="ex-chart">
      <figcaption>{title}</figcaption>
      <div ref={box} role="img" aria-label={spoken(title, epochs, series)} />
    </figure>
  );
}

function options(target: HTMLElement, labels: readonly string[], logarithmic: boolean): uPlot.Options {
  const colour = (name: string) => (): string => getComputedStyle(target).getPropertyValue(name);
  const axis: uPlot.Axis = { stroke: colour("--ex-muted"), grid: { stroke: colour("--ex-border"), width: 1 }, ticks: { stroke: colour("--ex-border"), width: 1 }, font: "11px sans-serif" };
  return {
    width: target.clientWidth,
    height: HEIGHT,
    scales: { x: { time: false }, y: logarithmic ? LOGARITHMIC : {} },
    axes: [
      { ...axis, size: 28, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] },
      { ...axis, size: 56, values: (_plot, ticks) => ticks.map((tick) => ((tick as number | null) === null ? "" : number(tick))) },
    ],
    series: [
      { label: "epoch", value: atPointer },
      ...labels.map((label, index) => ({
        label,
        stroke: colourOf(index),
        dash: dashOf(index),
        width: 2,
        spanGaps: false,
        points: { show: (chart: uPlot) => chart.data[0].length <= SINGLE_POINTS_UP_TO, size: 5 },
        value: atPointer,
      })),
    ],
  };
}

/** What the legend says of a line: the value under the pointer, else the last one. */
function atPointer(plot: uPlot, value: number | null, line: number, index: number | null): string {
  if (index !== null) return number(value);
  const values: (number | null | undefined)[] = [...(plot.data[line] ?? [])];
  return number(values.findLast((known) => known !== null && known !== undefined));
}

function spoken(title: string, epochs: readonly number[], series: readonly Series[]): string {
  const courses = series.map(({ label, values }) => {
    const measured = values.filter((value) => value !== null);
    return measured.length === 0 ? `${label}: nothing measured` : `${label} from ${number(measured[0])} to ${number(measured.at(-1))}`;
  });
  return `${title} by epoch, ${epochs.length} epochs. ${courses.join("; ")}.`;
}
