import { lazy, Suspense, useState } from "react";
import type { ReactNode } from "react";
import { useSearchParams } from "react-router-dom";

import type { Experiment } from "../api/answers";
import { apiAddress } from "../api/request";
import { useAnswer } from "../api/useAnswer";
import { Notice } from "../elements/Notice";
import { Tabs } from "../elements/Tabs";
import { Waiting } from "../elements/Waiting";
import { isLive } from "../wording/states";
import { Findings } from "./Findings";
import { Head } from "./Head";
import { MetricTable } from "./MetricTable";
import { Parameters } from "./Parameters";
import { QualityReport } from "./QualityReport";

const ComponentGraph = lazy(async () => ({ default: (await import("./ComponentGraph")).ComponentGraph }));
const EpochCurves = lazy(async () => ({ default: (await import("./EpochCurves")).EpochCurves }));
const Towers = lazy(async () => ({ default: (await import("./Towers")).Towers }));
const Files = lazy(async () => ({ default: (await import("./Files")).Files }));

const OPEN_MS = 2000;
const TABS = [
  { name: "result", title: "Result" },
  { name: "parameters", title: "Parameters" },
  { name: "towers", title: "Towers" },
  { name: "quality", title: "Data quality" },
  { name: "files", title: "SQL and code" },
];

/** One experiment: what came of it and why, then everything that it was made of. */
export function ExperimentView({ id }: { id: string }): ReactNode {
  const [changes, setChanges] = useState(0);
  const { body, error } = useAnswer<Experiment>(
    apiAddress(`experiments/${encodeURIComponent(id)}`),
    ({ card }) => (isLive(card) ? OPEN_MS : null),
    changes,
  );
  if (body === null) return error === null ? <Waiting what="the experiment" /> : <Notice tone="bad" title="This experiment cannot be shown">{error.message}</Notice>;
  return (
    <article aria-labelledby="ex-title">
      <Head experiment={body} onChange={() => setChanges(changes + 1)} />
      {error !== null && <Notice tone="bad" live>{error.message}</Notice>}
      <Findings experiment={body} />
      <ExperimentTabs experiment={body} />
    </article>
  );
}

function ExperimentTabs({ experiment }: { experiment: Experiment }): ReactNode {
  const [address, setAddress] = useSearchParams();
  const asked = address.get("tab");
  const chosen = TABS.some(({ name }) => name === asked) && asked !== null ? asked : "result";
  function choose(name: string): void {
    const next = new URLSearchParams(address);
    next.set("tab", name);
    setAddress(next, { replace: true });
  }
  return (
    <Tabs label="Parts of the experiment" tabs={TABS} chosen={chosen} onChoose={choose}>
      <Suspense fallback={<Waiting what="this part" />}>{part(chosen, experiment)}</Suspense>
    </Tabs>
  );
}

function part(name: string, experiment: Experiment): ReactNode {
  const { card } = experiment;
  if (name === "parameters") return <Parameters parameters={experiment.parameters} />;
  if (name === "towers") return <Towers id={card.experiment_id} live={isLive(card)} />;
  if (name === "quality") return <QualityReport id={card.experiment_id} quality={experiment.quality} files={experiment.files} />;
  if (name === "files") return <Files id={card.experiment_id} files={experiment.files} />;
  return (
    <>
      <MetricTable metrics={experiment.metrics} state={card.state} />
      <EpochCurves id={card.experiment_id} live={isLive(card)} />
      <ComponentGraph components={experiment.components} tasks={experiment.tasks} />
    </>
  );
}
