import { useEffect, useState } from "react";
import type { ReactNode } from "react";

import type { ExperimentFile } from "../api/answers";
import { apiAddress, ask } from "../api/request";
import { Copy } from "../elements/Copy";
import { Notice } from "../elements/Notice";
import { Waiting } from "../elements/Waiting";
import { highlighted } from "./highlighting";

const COLOURED_UP_TO = 200_000;

/** What the experiment was made of: its statement, its modules, its configs. */
export function Files({ id, files }: { id: string; files: readonly ExperimentFile[] }): ReactNode {
  const readable = files.filter(({ kind }) => kind !== "html");
  const [chosen, setChosen] = useState<string | null>(null);
  const file = readable.find(({ name }) => name === chosen) ?? readable[0];
  if (file === undefined) return <p className="ex-muted">Nothing has been written yet.</p>;
  return (
    <section>
      <div className="ex-files" role="group" aria-label="Files">
        {readable.map(({ name, title }) => (
          <button key={name} type="button" className={name === file.name ? "ex-button ex-chosen" : "ex-button"} aria-pressed={name === file.name} onClick={() => setChosen(name)}>
            {title}
          </button>
        ))}
      </div>
      <Code key={file.name} id={id} file={file} />
    </section>
  );
}

function Code({ id, file }: { id: string; file: ExperimentFile }): ReactNode {
  const address = apiAddress(`experiments/${encodeURIComponent(id)}/files/${encodeURIComponent(file.name)}`);
  const { text, error } = useText(address);
  if (error !== null) return <Notice tone="bad">{error}</Notice>;
  if (text === null) return <Waiting what={file.name} />;
  return (
    <>
      <div className="ex-head">
        <h2>{file.name}</h2>
        <a href={address} target="_blank" rel="noreferrer">
          By itself ↗
        </a>
        <Copy text={text} what={file.name} />
      </div>
      <pre className="ex-code" tabIndex={0} aria-label={file.title}>
        <code>{text.length > COLOURED_UP_TO ? text : highlighted(text, file.kind)}</code>
      </pre>
    </>
  );
}

function useText(address: string): { text: string | null; error: string | null } {
  const [read, setRead] = useState<{ text: string | null; error: string | null }>({ text: null, error: null });
  useEffect(() => {
    const stopped = new AbortController();
    ask(address, { signal: stopped.signal })
      .then((answer) => answer.text())
      .then((text) => setRead({ text, error: null }))
      .catch((error: unknown) => {
        if (!stopped.signal.aborted) setRead({ text: null, error: error instanceof Error ? error.message : String(error) });
      });
    return () => stopped.abort();
  }, [address]);
  return read;
}
