import { useState } from "react";
import type { ReactNode } from "react";

import type { Parameter } from "../api/answers";
import { readable } from "../wording/names";
import { plain } from "../wording/numbers";

const SOURCES: Record<Parameter["source"], string> = { run: "set by the run", config: "config", default: "default" };
const MANY = 12;
const OF_RUN = "Set by this run";

/** Every parameter with where its value comes from; what the run itself set comes first. */
export function Parameters({ parameters }: { parameters: readonly Parameter[] }): ReactNode {
  const [words, setWords] = useState("");
  const found = parameters.filter((parameter) => `${parameter.name} ${parameter.title ?? ""} ${plain(parameter.value)}`.toLowerCase().includes(words.toLowerCase()));
  const sections = [...new Set(found.map(sectionOf))].sort((a, b) => Number(b === OF_RUN) - Number(a === OF_RUN));
  return (
    <section>
      <h2>Parameters</h2>
      {parameters.length > MANY && (
        <input type="search" aria-label="Search parameters" placeholder="Search parameters…" value={words} onChange={(event) => setWords(event.target.value)} />
      )}
      {found.length === 0 && <p className="ex-muted">{parameters.length === 0 ? "They are known as soon as the run is resolved." : "No parameter is like that."}</p>}
      {sections.map((section) => (
        <ParameterSection key={section} title={section} parameters={found.filter((parameter) => sectionOf(parameter) === section)} />
      ))}
    </section>
  );
}

function sectionOf(parameter: Parameter): string {
  return parameter.source === "run" ? OF_RUN : (parameter.section ?? "Others");
}

function ParameterSection({ title, parameters }: { title: string; parameters: readonly Parameter[] }): ReactNode {
  return (
    <>
      <h3 className="ex-section">{title}</h3>
      <div className="ex-table-box">
        <table className="ex-grid ex-parameters">
          <thead className="ex-hidden">
            <tr>
              <th scope="col">Parameter</th>
              <th scope="col">Value</th>
              <th scope="col">Where it comes from</th>
            </tr>
          </thead>
          <tbody>
            {parameters.map((parameter) => (
              <tr key={parameter.name}>
                <th scope="row" title={parameter.name}>
                  {parameter.title ?? readable(parameter.name)}
                </th>
                <td className="ex-value">{plain(parameter.value)}</td>
                <td className="ex-muted">{parameter.where ?? SOURCES[parameter.source]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
