import { lazy, Suspense } from "react";
import type { ReactNode } from "react";
import { useLocation } from "react-router-dom";

import { placeOf } from "./addresses";
import { Broken } from "./elements/Broken";
import { Waiting } from "./elements/Waiting";
import { ListView } from "./list/ListView";

const ExperimentView = lazy(async () => ({ default: (await import("./experiment/ExperimentView")).ExperimentView }));
const RunView = lazy(async () => ({ default: (await import("./experiment/RunView")).RunView }));
const CompareView = lazy(async () => ({ default: (await import("./compare/CompareView")).CompareView }));

/** What Airflow says about the place in which it shows the page. */
export interface AirflowPlace {
  dagId?: string;
  runId?: string;
}

/** The page: of one run where Airflow shows a run, of a DAG where it shows one, else by the address. */
export function ExperimentsPage({ dagId, runId }: AirflowPlace): ReactNode {
  const { pathname } = useLocation();
  return (
    <div className="ex-page">
      <Broken key={pathname}>
        <Suspense fallback={<Waiting what="the page" />}>{view(pathname, dagId, runId)}</Suspense>
      </Broken>
    </div>
  );
}

function view(pathname: string, dagId: string | undefined, runId: string | undefined): ReactNode {
  if (dagId !== undefined && runId !== undefined) return <RunView dagId={dagId} runId={runId} />;
  if (dagId !== undefined) return <ListView dagId={dagId} />;
  const place = placeOf(pathname);
  if (place.view === "experiment") return <ExperimentView key={place.id} id={place.id} />;
  if (place.view === "compare") return <CompareView />;
  return <ListView />;
}
