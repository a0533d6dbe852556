import { useMemo, useState } from "react";
import type { ReactNode } from "react";

import type { Histograms } from "../api/answers";
import { apiAddress } from "../api/request";
import { useAnswer } from "../api/useAnswer";
import { CurveChart } from "../charts/CurveChart";
import { RidgelineChart } from "../charts/RidgelineChart";
import { Notice } from "../elements/Notice";
import { normsOf } from "./curves";
import { useEpochs } from "./useEpochs";

const OPEN_MS = 10_000;
const TENSORS = ["weight", "gradient"] as const;

/** Each tower's norms by epoch, and how its weights and gradients are spread. */
export function Towers({ id, live }: { id: string; live: boolean }): ReactNode {
  const { epochs, error } = useEpochs(id, live);
  const known = useMemo(() => epochs ?? [], [epochs]);
  const numbers = useMemo(() => known.map(({ epoch }) => epoch), [known]);
  const weights = useMemo(() => normsOf(known, "weight_norm"), [known]);
  const gradients = useMemo(() => normsOf(known, "gradient_norm"), [known]);
  if (error !== null) return <Notice tone="bad">{error.message}</Notice>;
  if (weights.length === 0) return <p className="ex-muted">{live ? "Towers are measured after each epoch." : "No tower was measured."}</p>;
  return (
    <section>
      <h2>Norms by epoch</h2>
      <div className="ex-charts">
        <CurveChart title="Norm of the weights" epochs={numbers} series={weights} />
        <CurveChart title="Norm of the gradients, by powers of ten" epochs={numbers} series={gradients} logarithmic />
      </div>
      <Spread id={id} live={live} towers={weights.map(({ label }) => label)} />
    </section>
  );
}

function Spread({ id, live, towers }: { id: string; live: boolean; towers: readonly string[] }): ReactNode {
  const [chosen, setChosen] = useState<string | null>(null);
  const tower = chosen ?? towers[0] ?? "";
  return (
    <section>
      <div className="ex-head">
        <h2>Histograms by epoch</h2>
        <label>
          Tower{" "}
          <select value={tower} onChange={(event) => setChosen(event.target.value)}>
            {towers.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
      <div className="ex-charts">
        {TENSORS.map((tensor) => (
          <Ridges key={tensor} id={id} live={live} tower={tower} tensor={tensor} />
        ))}
      </div>
    </section>
  );
}

interface RidgesProps {
  id: string;
  live: boolean;
  tower: string;
  tensor: (typeof TENSORS)[number];
}

function Ridges({ id, live, tower, tensor }: RidgesProps): ReactNode {
  const asked = new URLSearchParams({ tower, tensor });
  const { body, error } = useAnswer<Histograms>(
    apiAddress(`experiments/${encodeURIComponent(id)}/histograms?${asked}`),
    () => (live ? OPEN_MS : null),
    live,
  );
  if (error !== null) return <Notice tone="bad">{error.message}</Notice>;
  if (body === null) return null;
  return <RidgelineChart title={`${tensor === "weight" ? "Weights" : "Gradients"} of ${tower}`} histograms={body.epochs} />;
}
