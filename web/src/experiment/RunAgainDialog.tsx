import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { Link } from "react-router-dom";

import { confOf, paramsOf, startRun } from "../api/airflow";
import type { DagParam } from "../api/airflow";
import type { Row } from "../api/answers";
import { Dialog } from "../elements/Dialog";
import { Notice } from "../elements/Notice";
import { Waiting } from "../elements/Waiting";
import { nameOf, readable } from "../wording/names";
import { RunField } from "./RunField";
import { differences, read, written } from "./run_form";
import type { Difference } from "./run_form";

interface Form {
  params: Record<string, DagParam>;
  /** What the old run was started with, defaults included. */
  before: Record<string, unknown>;
}

interface Props {
  card: Row;
  onClose: () => void;
}

/** Starts another run with the parameters of this one, after what differs was seen. */
export function RunAgainDialog({ card, onClose }: Props): ReactNode {
  const [form, setForm] = useState<Form | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    Promise.all([paramsOf(card.dag_id), confOf(card.dag_id, card.run_id)])
      .then(([params, conf]) => {
        const before = Object.fromEntries(Object.entries(params).map(([name, { value }]) => [name, name in conf ? conf[name] : value]));
        setForm({ params, before });
      })
      .catch((reason: unknown) => setError(wordsOf(reason)));
  }, [card.dag_id, card.run_id]);
  return (
    <Dialog title={`Run ${nameOf(card)} again`} onClose={onClose}>
      {error !== null && <Notice tone="bad">{error}</Notice>}
      {form === null ? error === null && <Waiting what="its parameters" /> : <RunForm card={card} form={form} onClose={onClose} />}
    </Dialog>
  );
}

function wordsOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

function RunForm({ card, form, onClose }: { card: Row; form: Form; onClose: () => void }): ReactNode {
  const [texts, setTexts] = useState<Record<string, string>>(() => Object.fromEntries(Object.entries(form.before).map(([name, value]) => [name, written(value)])));
  const [started, setStarted] = useState<string | null>(null);
  const [state, setState] = useState<{ busy: boolean; error: string | null }>({ busy: false, error: null });
  const after = readAll(form, texts);
  function start(): void {
    if (typeof after === "string") return;
    setState({ busy: true, error: null });
    startRun(card.dag_id, after)
      .then(setStarted)
      .catch((reason: unknown) => setState({ busy: false, error: wordsOf(reason) }));
  }
  if (started !== null) return <Started dagId={card.dag_id} runId={started} onClose={onClose} />;
  return (
    <>
      <p className="ex-muted">
        A run of <code>{card.dag_id}</code> with the parameters of this one. An empty field is &lsquo;as the config says&rsquo;; where rows
        are taken up to the run&rsquo;s date, they end now.
      </p>
      <div className="ex-form">
        {Object.entries(form.params).map(([name, param]) => (
          <RunField key={name} name={name} param={param} text={texts[name] ?? ""} onChange={(text) => setTexts({ ...texts, [name]: text })} />
        ))}
      </div>
      {typeof after === "string" ? <Notice tone="bad" live>{after}</Notice> : <Differences found={differences(form.before, after)} params={form.params} />}
      {state.error !== null && <Notice tone="bad" live>{state.error}</Notice>}
      <div className="ex-actions">
        <button type="button" className="ex-button" onClick={onClose}>
          Close
        </button>
        <button type="button" className="ex-button ex-primary" disabled={state.busy || typeof after === "string"} onClick={start}>
          {state.busy ? "Starting…" : "Run again"}
        </button>
      </div>
    </>
  );
}

/** The parameters that the fields stand for, or why there are none. */
function readAll({ params }: Form, texts: Record<string, string>): Record<string, unknown> | string {
  try {
    return Object.fromEntries(Object.entries(params).map(([name, param]) => [name, read(texts[name] ?? "", param, param.schema.title ?? readable(name))]));
  } catch (error) {
    return wordsOf(error);
  }
}

function Differences({ found, params }: { found: readonly Difference[]; params: Record<string, DagParam> }): ReactNode {
  if (found.length === 0) {
    return (
      <Notice tone="calm" live>
        Nothing differs: with the same seed and rows it gives the same model.
      </Notice>
    );
  }
  return (
    <Notice tone="doubt" title={found.length === 1 ? "One parameter differs" : `${found.length} parameters differ`} live>
      <ul>
        {found.map(({ name, before, after }) => (
          <li key={name}>
            {params[name]?.schema.title ?? readable(name)}: <s>{valueWords(before)}</s> → <b>{valueWords(after)}</b>
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function valueWords(value: unknown): string {
  return value === null || value === undefined ? "as the config says" : written(value);
}

function Started({ dagId, runId, onClose }: { dagId: string; runId: string; onClose: () => void }): ReactNode {
  return (
    <>
      <Notice tone="good" title="Started" live>
        <Link to={`/dags/${encodeURIComponent(dagId)}/runs/${encodeURIComponent(runId)}`}>{runId}</Link>. It is in the list as soon as its
        first task has run.
      </Notice>
      <div className="ex-actions">
        <button type="button" className="ex-button" onClick={onClose}>
          Close
        </button>
      </div>
    </>
  );
}
