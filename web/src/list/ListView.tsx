import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { Link, useSearchParams } from "react-router-dom";

import { compareAddress } from "../addresses";
import type { ExperimentList, Facets } from "../api/answers";
import { apiAddress } from "../api/request";
import { useAnswer } from "../api/useAnswer";
import { Notice } from "../elements/Notice";
import { Waiting } from "../elements/Waiting";
import { counted } from "../wording/numbers";
import { isLive } from "../wording/states";
import { ExperimentTable } from "./ExperimentTable";
import { FacetBar } from "./FacetBar";
import { changed, isNarrowed, MOST_COMPARED, pageQuery, query } from "./filters";
import { IndexNotice } from "./IndexNotice";
import { NothingHere } from "./NothingHere";
import { Pages } from "./Pages";

const LIST_MS = 5000;
const OPENED_LOOKS = 2;

/** The list of experiments, of one DAG where the page stands in a DAG's place. */
export function ListView({ dagId }: { dagId?: string }): ReactNode {
  const [address, setAddress] = useSearchParams();
  const list = useAnswer<ExperimentList>(apiAddress(`experiments?${pageQuery(address, dagId)}`), nextLook);
  const shown = useLast(list.body);
  const facets = useLast(useAnswer<Facets>(apiAddress(`facets?${query(address, dagId)}`), () => null).body);
  const picks = address.getAll("pick");
  return (
    <section aria-labelledby="ex-title">
      <header className="ex-head">
        <h1 id="ex-title">Experiments</h1>
        <span className="ex-muted" role="status">
          {shown !== null && counted(shown.total, "experiment")}
        </span>
        <Search key={address.get("q") ?? ""} words={address.get("q") ?? ""} onSearch={(words) => setAddress(changed(address, "q", words))} />
        <CompareLink ids={picks} />
      </header>
      {list.error !== null && <Notice tone="bad" live>{list.error.message}</Notice>}
      {shown !== null && <IndexNotice index={shown.index} />}
      <FacetBar facets={facets} address={address} onChange={setAddress} />
      <div aria-busy={list.body === null}>
        {shown === null ? list.error === null && <Waiting what="experiments" /> : shown.experiments.length === 0 ? (
          <NothingHere narrowed={isNarrowed(address)} index={shown.index} />
        ) : (
          <>
            <ExperimentTable rows={shown.experiments} address={address} onChange={setAddress} />
            <Pages list={shown} address={address} />
          </>
        )}
      </div>
    </section>
  );
}

/** When a list is asked for again: while something of it changes, and shortly after it was opened. */
function nextLook({ experiments, index }: ExperimentList, answers: number): number | null {
  // Whoever waits for the first experiment looks at an empty list.
  if (index.state === "building" || index.cards === 0 || experiments.some(isLive)) return LIST_MS;
  // What ended while nobody looked is read into the index from the first request on.
  return answers <= OPENED_LOOKS ? LIST_MS / 2 : null;
}

/** The newest answer that there was, so that a list stays in place while the next one is read. */
function useLast<Body>(body: Body | null): Body | null {
  const [last, setLast] = useState(body);
  if (body !== null && body !== last) setLast(body);
  return body ?? last;
}

const TYPING_MS = 250;

function Search({ words, onSearch }: { words: string; onSearch: (words: string) => void }): ReactNode {
  const [typed, setTyped] = useState(words);
  useEffect(() => {
    if (typed === words) return undefined;
    const timer = setTimeout(() => onSearch(typed), TYPING_MS);
    return () => clearTimeout(timer);
    // onSearch is made anew at each drawing, which must not begin the wait anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [typed, words]);
  return (
    <input
      className="ex-search"
      type="search"
      aria-label="Search experiments"
      placeholder="Search name, config, person, error…"
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}

function CompareLink({ ids }: { ids: readonly string[] }): ReactNode {
  if (ids.length === 0) return null;
  if (ids.length === 1) return <span className="ex-muted">Pick another one to compare</span>;
  if (ids.length > MOST_COMPARED) return <span className="ex-muted">At most {MOST_COMPARED} are compared; {ids.length} are picked</span>;
  return (
    <Link className="ex-button ex-primary" to={compareAddress(ids)}>
      Compare {ids.length}
    </Link>
  );
}
