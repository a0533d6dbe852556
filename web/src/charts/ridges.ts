import type { Histogram } from "../api/answers";

const MOST = 24;

export interface Ridge {
  epoch: number;
  /** Where its foot stands. */
  y: number;
  path: string;
}

export interface Ridgeline {
  ridges: Ridge[];
  low: number;
  high: number;
  height: number;
}

const STEP = 16;
const TALLEST = 40;

/**
 * Histograms one behind the other, the first epoch at the top, over one axis of values.
 *
 * @param histograms In the order of their epochs; of many, some at even distances are drawn, first and last among them.
 * @param width Of the picture, in its units.
 */
export function ridgelineOf(histograms: readonly Histogram[], width: number): Ridgeline {
  const drawn = thinned(histograms.filter(({ edges, counts }) => edges.every((edge) => edge !== null) && counts.some((count) => count > 0)));
  const edges = drawn.flatMap(({ edges: all }) => all.filter((edge) => edge !== null));
  const low = Math.min(...edges);
  const high = Math.max(...edges);
  const x = (value: number): number => round(high === low ? width / 2 : ((value - low) / (high - low)) * width);
  const ridges = drawn.map(({ epoch, edges: at, counts }, index) => {
    const y = TALLEST + index * STEP;
    // Each in its own height: what matters is the shape, and sums are the same in every epoch.
    const most = Math.max(...counts);
    const points = counts.map((count, bin) => `${x(((at[bin] ?? 0) + (at[bin + 1] ?? 0)) / 2)},${round(y - (count / most) * (TALLEST - 4))}`);
    return { epoch, y, path: `M${x(at[0] ?? low)},${y} L${points.join(" L")} L${x(at.at(-1) ?? high)},${y} Z` };
  });
  return { ridges, low, high, height: TALLEST + Math.max(0, drawn.length - 1) * STEP + 4 };
}

function thinned<Item>(items: readonly Item[]): Item[] {
  if (items.length <= MOST) return [...items];
  const step = (items.length - 1) / (MOST - 1);
  return Array.from({ length: MOST }, (_, index) => items[Math.round(index * step)]).filter((item) => item !== undefined);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
