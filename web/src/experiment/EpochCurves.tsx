import { useMemo } from "react";
import type { ReactNode } from "react";

import { CurveChart } from "../charts/CurveChart";
import { Notice } from "../elements/Notice";
import { chartsOf } from "./curves";
import { useEpochs } from "./useEpochs";

/** The course of loss, metrics and learning rate, which grows while the experiment trains. */
export function EpochCurves({ id, live }: { id: string; live: boolean }): ReactNode {
  const { epochs, error } = useEpochs(id, live);
  const charts = useMemo(() => chartsOf(epochs ?? []), [epochs]);
  const numbers = useMemo(() => (epochs ?? []).map(({ epoch }) => epoch), [epochs]);
  return (
    <section>
      <h2>Epochs</h2>
      {error !== null && <Notice tone="bad">{error.message}</Notice>}
      {charts.length === 0 && <p className="ex-muted">{live ? "The curves begin with the first epoch." : "No epoch was trained."}</p>}
      <div className="ex-charts">
        {charts.map(({ title, series }) => (
          <CurveChart key={title} title={title} epochs={numbers} series={series} />
        ))}
      </div>
    </section>
  );
}
