import type { ReactNode } from "react";

import type { Metric, State } from "../api/answers";
import { Lift } from "../elements/Lift";
import { Notice } from "../elements/Notice";
import { number } from "../wording/numbers";

interface Props {
  metrics: readonly Metric[];
  state: State;
}

/** Each metric on the test rows beside every baseline on the same rows. */
export function MetricTable({ metrics, state }: Props): ReactNode {
  if (metrics.length === 0) {
    if (state !== "succeeded") return null;
    return <Notice tone="doubt" title="The metrics are missing">The run ended well, but left no training_metrics.json that could be read.</Notice>;
  }
  const baselines = [...new Set(metrics.flatMap((metric) => Object.keys(metric.baselines)))];
  // What the run is judged by comes first; the others keep the order that they have.
  const sorted = [...metrics].sort((a, b) => Number(b.headline) - Number(a.headline));
  return (
    <section>
      <h2>Metrics on the test rows, beside baselines</h2>
      <div className="ex-table-box" tabIndex={0} role="region" aria-label="Metrics">
        <table className="ex-grid">
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col" className="ex-right">This model</th>
              <th scope="col">Best baseline</th>
              {baselines.map((name) => (
                <th key={name} scope="col" className="ex-right">
                  {name}
                </th>
              ))}
              <th scope="col">Better is</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((metric) => (
              <MetricLine key={metric.name} metric={metric} baselines={baselines} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function MetricLine({ metric, baselines }: { metric: Metric; baselines: readonly string[] }): ReactNode {
  return (
    <tr className={metric.headline ? "ex-judged" : undefined}>
      <th scope="row" title={metric.help}>
        {metric.title}
        {metric.headline && <span className="ex-tag">judged by</span>}
      </th>
      <td className="ex-right">
        <b>{number(metric.value)}</b>
      </td>
      <td>{metric.best_baseline === null ? <span className="ex-none">–</span> : <Lift lift={metric.lift} baseline={metric.best_baseline} />}</td>
      {baselines.map((name) => (
        <td key={name} className="ex-right">
          {number(metric.baselines[name])}
        </td>
      ))}
      <td className="ex-muted">{metric.better ?? "–"}</td>
    </tr>
  );
}
