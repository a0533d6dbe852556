import type { ReactNode } from "react";

import type { Experiment, ExperimentError } from "../api/answers";
import { Copy } from "../elements/Copy";
import { Notice } from "../elements/Notice";
import type { Tone } from "../elements/Notice";
import { counted } from "../wording/numbers";
import { isLive, verdictTone } from "../wording/states";

/** What came of it, first of all: why it failed, else the verdict in a sentence; then what is doubtful. */
export function Findings({ experiment }: { experiment: Experiment }): ReactNode {
  const { card, sentence, evidence, suggestion, warnings, error } = experiment;
  return (
    <section aria-label="Result in a sentence">
      {error !== null && <Cause error={error} />}
      {card.deleted && (
        <Notice tone="calm" title="The run is deleted">
          Airflow does not know it any more; what it left is shown here.
        </Notice>
      )}
      {sentence !== null && (
        <Notice tone={isLive(card) ? "calm" : tone(card.verdict)} title={isLive(card) ? `So far: ${sentence}` : sentence}>
          {(evidence.length > 0 || suggestion !== null) && (
            <>
              {evidence.length > 0 && (
                <ul>
                  {evidence.map((line) => (
                    <li key={line}>{line}</li>
                  ))}
                </ul>
              )}
              {suggestion !== null && <p>Try next: {suggestion}</p>}
            </>
          )}
        </Notice>
      )}
      {warnings.map((warning) => (
        <Notice key={warning} tone="doubt">
          {warning}
        </Notice>
      ))}
    </section>
  );
}

function tone(verdict: string | null): Tone {
  const known = verdict === null ? "calm" : verdictTone(verdict);
  return known === "work" ? "calm" : known;
}

function Cause({ error }: { error: ExperimentError }): ReactNode {
  return (
    <Notice tone="bad" title={error.sentence}>
      <Where error={error} />
      {error.lines.length > 0 && (
        <details open={error.lines.length <= 12}>
          <summary>What it said, {counted(error.lines.length, "line")}</summary>
          <Copy text={error.lines.join("\n")} what="the log" />
          <pre className="ex-log" tabIndex={0} aria-label="Log">
            {error.lines.join("\n")}
          </pre>
        </details>
      )}
    </Notice>
  );
}

function Where({ error }: { error: ExperimentError }): ReactNode {
  const place = error.component ?? error.task;
  return place === null || error.sentence.includes(place) ? null : <p>It failed in {place}.</p>;
}
