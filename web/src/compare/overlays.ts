import type { Comparison } from "../api/answers";
import type { Series } from "../charts/series";
import { nameOf } from "../wording/names";

export interface Overlay {
  metric: string;
  epochs: number[];
  series: Series[];
}

/** The curves of each metric, one line an experiment; a shorter one ends earlier. */
export function overlays({ curves, experiments }: Pick<Comparison, "curves" | "experiments">): Overlay[] {
  const names = new Map(experiments.map((row) => [row.experiment_id, nameOf(row)]));
  return [...new Set(curves.map(({ metric }) => metric))].map((metric) => {
    const own = curves.filter((curve) => curve.metric === metric);
    const length = Math.max(...own.map(({ values }) => values.length));
    return {
      metric,
      epochs: Array.from({ length }, (_, index) => index + 1),
      series: own.map(({ id, values }) => ({
        label: names.get(id) ?? id,
        values: Array.from({ length }, (_, index) => values[index] ?? null),
      })),
    };
  });
}
