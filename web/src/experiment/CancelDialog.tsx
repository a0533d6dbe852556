import { useState } from "react";
import type { ReactNode } from "react";

import { stopRun } from "../api/airflow";
import type { Row } from "../api/answers";
import { Dialog } from "../elements/Dialog";
import { Notice } from "../elements/Notice";

interface Props {
  card: Row;
  onClose: () => void;
  onCancelled: () => void;
}

/** Says what is stopped and what stays before it stops anything. */
export function CancelDialog({ card, onClose, onCancelled }: Props): ReactNode {
  const [stopping, setStopping] = useState(false);
  const [error, setError] = useState<string | null>(null);
  function stop(): void {
    setStopping(true);
    stopRun(card.dag_id, card.run_id)
      .then(() => {
        onCancelled();
        onClose();
      })
      .catch((reason: unknown) => {
        setStopping(false);
        setError(reason instanceof Error ? reason.message : String(reason));
      });
  }
  return (
    <Dialog title="Cancel this run?" onClose={onClose}>
      <p>
        Airflow marks run <code>{card.run_id}</code> of <code>{card.dag_id}</code> as failed and stops what it is doing:
      </p>
      <ul>
        <li>
          the task <code>{card.stage ?? "at work"}</code>
        </li>
        {card.components.length > 0 && (
          <li>its pipeline job{card.component !== null && <>, which is at {card.component}</>}: the job is cancelled</li>
        )}
        {card.epochs !== null && <li>the model after {card.epochs[0]} of {card.epochs[1]} epochs is not kept</li>}
      </ul>
      <p>The staged rows and the components that have ended stay, so that another run takes them from the cache.</p>
      {error !== null && <Notice tone="bad" live>{error}</Notice>}
      <div className="ex-actions">
        <button type="button" className="ex-button" onClick={onClose}>
          Let it run
        </button>
        <button type="button" className="ex-button ex-danger" disabled={stopping} onClick={stop}>
          {stopping ? "Stopping…" : "Cancel the run"}
        </button>
      </div>
    </Dialog>
  );
}
