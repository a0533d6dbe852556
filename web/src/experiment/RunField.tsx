import { useId } from "react";
import type { ReactNode } from "react";

import type { DagParam } from "../api/airflow";
import { readable } from "../wording/names";
import { controlOf, mayBeEmpty, written } from "./run_form";

interface Props {
  name: string;
  param: DagParam;
  text: string;
  onChange: (text: string) => void;
}

/** One parameter of a run's form. */
export function RunField({ name, param, text, onChange }: Props): ReactNode {
  const id = useId();
  const help = param.schema.description ?? param.description;
  return (
    <div className="ex-field">
      <label htmlFor={id}>{param.schema.title ?? readable(name)}</label>
      <FieldInput id={id} param={param} text={text} help={help} onChange={onChange} />
      {help !== null && (
        <small id={`${id}-help`} className="ex-muted ex-cut" title={help}>
          {help}
        </small>
      )}
    </div>
  );
}

interface InputProps {
  id: string;
  param: DagParam;
  text: string;
  help: string | null;
  onChange: (text: string) => void;
}

function FieldInput({ id, param, text, help, onChange }: InputProps): ReactNode {
  const control = controlOf(param);
  const common = { id, "aria-describedby": help === null ? undefined : `${id}-help` };
  const empty = mayBeEmpty(param) ? "as the config says" : "";
  if (control.kind === "choice" || control.kind === "switch") {
    const values = control.kind === "switch" ? [true, false] : control.values;
    const known = values.map(written);
    return (
      <select {...common} value={text} onChange={(event) => onChange(event.target.value)}>
        {empty !== "" && <option value="">({empty})</option>}
        {/* A value of the old run that the form has no more must not turn into another one without a word. */}
        {[...new Set(text === "" || known.includes(text) ? known : [...known, text])].map((value) => (
          <option key={value}>{value}</option>
        ))}
      </select>
    );
  }
  return <input {...common} type="text" inputMode={control.kind === "number" ? "decimal" : undefined} placeholder={empty} value={text} onChange={(event) => onChange(event.target.value)} />;
}
