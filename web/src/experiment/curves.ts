import type { Epoch } from "../api/answers";
import type { Series } from "../charts/series";

const LOSS = "Loss";
const SPREAD = "Spread of the embeddings";
const RATE = "Learning rate";

export interface Chart {
  title: string;
  series: Series[];
}

/** The course of every metric: losses in one chart, the learning rate in one, and each family of metrics in one of its own. */
export function chartsOf(epochs: readonly Epoch[]): Chart[] {
  const all = new Set(epochs.flatMap(({ metrics }) => Object.keys(metrics)));
  // Keras writes the same rate under a name of its own.
  if (all.has("learning_rate")) all.delete("lr");
  const names = [...all];
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
  if (name.endsWith("loss")) return LOSS;
  if (name.endsWith("_spread")) return SPREAD;
  if (name.endsWith("learning_rate")) return RATE;
  // 'val_recall@10' and 'recall@100' are one family.
  return name.replace(/^val_/, "").replace(/@.*$/, "").replaceAll("_", " ");
}

function rank(title: string): number {
  const [first, ...last] = [LOSS, SPREAD, RATE];
  return title === first ? -1 : last.indexOf(title) + 1;
}
