import type { ReactNode } from "react";
import { Link } from "react-router-dom";

import { experimentAddress } from "../addresses";
import type { Comparison, Row } from "../api/answers";
import { Lift } from "../elements/Lift";
import { Shape } from "../elements/Shape";
import { StateMark } from "../elements/StateMark";
import { VerdictChip } from "../elements/VerdictChip";
import { nameOf, readable } from "../wording/names";
import { number, plain } from "../wording/numbers";
import { isLive } from "../wording/states";

interface Props {
  comparison: Comparison;
  parameters: Comparison["parameters"];
}

/** One column an experiment; what each was, what differs, how each metric came out. */
export function ComparisonTable({ comparison, parameters }: Props): ReactNode {
  const { experiments, metrics } = comparison;
  return (
    <div className="ex-table-box" tabIndex={0} role="region" aria-label="Experiments side by side">
      <table className="ex-grid ex-comparison">
        <thead>
          <tr>
            <td />
            {experiments.map((row) => (
              <th key={row.experiment_id} scope="col">
                <Link to={experimentAddress(row.experiment_id)} title={nameOf(row)}>
                  {nameOf(row)}
                </Link>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Line title="State" rows={experiments} cell={(row) => <StateMark state={row.state} />} />
          <Line title="Verdict" rows={experiments} cell={(row) => <VerdictChip verdict={row.verdict} soFar={isLive(row)} />} />
          <Line title="Beside the best baseline" rows={experiments} cell={(row) => <Lift lift={row.lift} baseline={row.headline?.baseline ?? null} />} />
        </tbody>
        <Section title={parameters.some(({ differs }) => differs) ? "What differs" : "No parameter differs"} columns={experiments.length + 1}>
          {[...parameters].sort((a, b) => Number(b.differs) - Number(a.differs)).map(({ name, title, values, differs }) => (
            <tr key={name} className={differs ? "ex-differs" : undefined}>
              <th scope="row" title={name}>{title ?? readable(name)}</th>
              {experiments.map(({ experiment_id: id }, index) => (
                <td key={id}>{plain(values[index])}</td>
              ))}
            </tr>
          ))}
        </Section>
        <Section title="Metrics on the test rows" columns={experiments.length + 1}>
          {metrics.map(told).map(({ name, title, better, values, best }) => (
            <tr key={name}>
              <th scope="row">
                {title}
                {better === "lower" && <span className="ex-muted"> (lower is better)</span>}
              </th>
              {experiments.map(({ experiment_id: id }, index) => (
                <td key={id} className={best.includes(index) ? "ex-number ex-best-value" : "ex-number"}>
                  {best.includes(index) && <Shape name="star" className="ex-best" />}
                  {number(values[index])}
                  {best.includes(index) && <span className="ex-hidden"> (best)</span>}
                </td>
              ))}
            </tr>
          ))}
        </Section>
      </table>
    </div>
  );
}

/** A metric with the best marked only where another one is worse. */
function told(metric: Comparison["metrics"][number]): Comparison["metrics"][number] {
  return metric.best.length === metric.values.length ? { ...metric, best: [] } : metric;
}

function Line({ title, rows, cell }: { title: string; rows: readonly Row[]; cell: (row: Row) => ReactNode }): ReactNode {
  return (
    <tr>
      <th scope="row">{title}</th>
      {rows.map((row) => (
        <td key={row.experiment_id}>{cell(row)}</td>
      ))}
    </tr>
  );
}

function Section({ title, columns, children }: { title: string; columns: number; children: ReactNode }): ReactNode {
  return (
    <tbody>
      <tr className="ex-group">
        <th scope="rowgroup" colSpan={columns}>
          {title}
        </th>
      </tr>
      {children}
    </tbody>
  );
}
