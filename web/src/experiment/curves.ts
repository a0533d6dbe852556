import type { Epoch } from "../api/answers";
import type { Series } from "../charts/series";

export interface Chart {
  title: string;
  series: Series[];
}

/** The course of every metric: losses in one chart, the learning rate in one, and each family of metrics in one of its own. */
export function chartsOf(epochs: readonly Epoch[]): Chart[] {
  const names = [...new Set(epochs.flatMap(({ metrics }) => Object.keys(metrics)))];
  const charts = new Map<string, Series[]>();
  for (const name of names) {
    const title = titleOf(name);
    const values = epochs.map(({ metrics }) => metrics[name] ?? null);
    charts.set(title, [...(charts.get(title) ?? []), { label: name, values }]);
  }
  return [...charts].map(([title, series]) => ({ title, series })).sort((a, b) => rank(a.title) - rank(b.title));
}

/** The course of a norm of each tower. */
export function normsOf(epochs: readonly Epoch[], norm: "weight_norm" | "gradient_norm"): Series[] {
  const towers = [...new Set(epochs.flatMap(({ towers: all }) => Object.keys(all)))];
  return towers.map((tower) => ({ label: tower, values: epochs.map(({ towers: all }) => all[tower]?.[norm] ?? null) }));
}

function titleOf(name: string): string {
  if (name.endsWith("loss")) return "Loss";
  if (name.endsWith("learning_rate")) return "Learning rate";
  // 'val_recall@10' and 'recall@100' are one family.
  return name.replace(/^val_/, "").replace(/@.*$/, "").replaceAll("_", " ");
}

function rank(title: string): number {
  return title === "Loss" ? 0 : title === "Learning rate" ? 2 : 1;
}
