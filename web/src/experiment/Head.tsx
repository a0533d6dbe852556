import { useState } from "react";
import type { ReactNode } from "react";
import { Link } from "react-router-dom";

import { compareAddress, experimentAddress, listAddress } from "../addresses";
import type { Experiment, Row } from "../api/answers";
import { Progress } from "../elements/StateMark";
import { useNow } from "../elements/useNow";
import { VerdictChip } from "../elements/VerdictChip";
import { nameOf } from "../wording/names";
import { isLive } from "../wording/states";
import { ago, duration, exact, secondsBetween } from "../wording/times";
import { CancelDialog } from "./CancelDialog";
import { RunAgainDialog } from "./RunAgainDialog";

const LINKS: Record<string, string> = { airflow: "Airflow run", pipeline: "Pipeline job", mlflow: "MLflow run" };

interface Props {
  experiment: Experiment;
  onChange: () => void;
}

/** What the experiment is, how far it has come, and what can be done with it. */
export function Head({ experiment, onChange }: Props): ReactNode {
  const { card, links, parent } = experiment;
  const shown = Object.entries(links).flatMap(([name, address]) => (address === null || !isWeb(address) ? [] : [{ name, address }]));
  return (
    <header>
      <nav className="ex-crumbs" aria-label="Way back">
        <Link to={listAddress()}>Experiments</Link>
        {parent !== null && (
          <>
            {" / "}
            <Link to={experimentAddress(parent)}>trained again from {parent}</Link>
          </>
        )}
      </nav>
      <div className="ex-head">
        <h1 id="ex-title" className="ex-title">
          {nameOf(card)}
        </h1>
        {card.verdict !== null && <VerdictChip verdict={card.verdict} soFar={isLive(card)} />}
        <Actions card={card} onChange={onChange} />
      </div>
      <div className="ex-meta">
        <Progress row={card} />
        <Meta card={card} />
        {shown.map(({ name, address }) => (
          <a key={name} href={address} target="_blank" rel="noreferrer">
            {LINKS[name] ?? name} ↗
          </a>
        ))}
      </div>
    </header>
  );
}

/** Links come from runs and settings: one that is no web address would be run by the browser. */
function isWeb(address: string): boolean {
  return /^(https?:\/\/|\/)/.test(address);
}

function Meta({ card }: { card: Row }): ReactNode {
  const now = useNow(isLive(card));
  return (
    <>
      <span>
        {card.dataset ?? "–"} · {card.features ?? "–"} · {card.model ?? "–"}
      </span>
      <span className="ex-muted">by {card.user ?? card.run_type ?? "nobody known"}</span>
      {card.created_at !== null && (
        <span className="ex-muted">
          <time dateTime={card.created_at} title={exact(card.created_at)}>
            {ago(card.created_at, now)}
          </time>
          , {isLive(card) ? "for" : "took"} {duration(secondsBetween(card.created_at, card.deleted ? (card.ended_at ?? card.updated_at) : card.ended_at, now))}
        </span>
      )}
    </>
  );
}

function Actions({ card, onChange }: { card: Row; onChange: () => void }): ReactNode {
  const [open, setOpen] = useState<"cancel" | "again" | null>(null);
  const close = (): void => setOpen(null);
  return (
    <div className="ex-actions">
      {isLive(card) && (
        <button type="button" className="ex-button ex-danger" onClick={() => setOpen("cancel")}>
          Cancel…
        </button>
      )}
      <Link className="ex-button" to={`${listAddress()}?${new URLSearchParams({ pick: card.experiment_id })}`}>
        Compare with…
      </Link>
      {card.parent_experiment_id !== null && (
        <Link className="ex-button" to={compareAddress([card.parent_experiment_id, card.experiment_id])}>
          Compare with its parent
        </Link>
      )}
      {!card.deleted && (
        <button type="button" className="ex-button ex-primary" onClick={() => setOpen("again")}>
          Run again…
        </button>
      )}
      {open === "cancel" && <CancelDialog card={card} onClose={close} onCancelled={onChange} />}
      {open === "again" && <RunAgainDialog card={card} onClose={close} />}
    </div>
  );
}
