import { useMemo, useState } from "react";
import type { ReactNode } from "react";
import { Link, useSearchParams } from "react-router-dom";

import { listAddress } from "../addresses";
import type { Comparison } from "../api/answers";
import { apiAddress } from "../api/request";
import { useAnswer } from "../api/useAnswer";
import { CurveChart } from "../charts/CurveChart";
import { Notice } from "../elements/Notice";
import { Waiting } from "../elements/Waiting";
import { nameOf } from "../wording/names";
import { counted } from "../wording/numbers";
import { isLive } from "../wording/states";
import { ComparisonTable } from "./ComparisonTable";
import { overlays } from "./overlays";

const LIVE_MS = 5000;

/** Two to ten experiments side by side: what differs first, then metrics and curves. */
export function CompareView(): ReactNode {
  const [address] = useSearchParams();
  const ids = address.getAll("id");
  const asked = new URLSearchParams(ids.map((id) => ["id", id]));
  const { body, error } = useAnswer<Comparison>(ids.length < 2 ? null : apiAddress(`compare?${asked}`), ({ experiments }) =>
    experiments.some(isLive) ? LIVE_MS : null,
  );
  return (
    <article aria-labelledby="ex-title">
      <nav className="ex-crumbs" aria-label="Way back">
        <Link to={listAddress(new URLSearchParams(ids.map((id) => ["pick", id])).toString())}>Experiments, with these picked</Link>
      </nav>
      <h1 id="ex-title">Compare {ids.length > 1 ? `${ids.length} experiments` : "experiments"}</h1>
      {ids.length < 2 && <Notice tone="calm">Pick two to ten experiments in the list, then press Compare.</Notice>}
      {error !== null && <Notice tone="bad">{error.message}</Notice>}
      {body === null ? ids.length > 1 && error === null && <Waiting what="the experiments" /> : <Comparing comparison={body} />}
    </article>
  );
}

function Comparing({ comparison }: { comparison: Comparison }): ReactNode {
  const [all, setAll] = useState(false);
  const charts = useMemo(() => overlays(comparison), [comparison]);
  const equal = comparison.parameters.filter(({ differs }) => !differs).length;
  const parameters = comparison.parameters.filter(({ differs }) => differs || all);
  return (
    <>
      {comparison.comparable ? (
        <Notice tone="good" title="Comparable">All were tested on the same rows, so that a better metric is a better model there.</Notice>
      ) : (
        <Notice tone="doubt" title="Not comparable">{comparison.reason} No metric is marked as the best.</Notice>
      )}
      <ComparisonTable comparison={comparison} parameters={parameters} />
      {equal > 0 && (
        <button type="button" className="ex-link" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show only what differs" : `Show what is the same: ${counted(equal, "parameter")}`}
        </button>
      )}
      {charts.length > 0 && <h2 className="ex-section">Curves by epoch</h2>}
      <div className="ex-charts">
        {charts.map(({ metric, epochs, series }) => (
          <CurveChart key={metric} title={metric} epochs={epochs} series={series} />
        ))}
      </div>
      {charts.length === 0 && <p className="ex-muted">None of {comparison.experiments.map(nameOf).join(", ")} has trained an epoch yet.</p>}
    </>
  );
}
