import type { DagParam } from "../api/airflow";

export type Control = { kind: "choice"; values: unknown[] } | { kind: "number" } | { kind: "switch" } | { kind: "text" } | { kind: "json" };

/** How a parameter is filled in. */
export function controlOf({ schema }: DagParam): Control {
  if (schema.enum !== undefined) return { kind: "choice", values: schema.enum.filter((value) => value !== null) };
  const types = typesOf(schema);
  if (types.includes("boolean")) return { kind: "switch" };
  if (types.includes("integer") || types.includes("number")) return { kind: "number" };
  if (types.includes("array") || types.includes("object")) return { kind: "json" };
  return { kind: "text" };
}

/** Whether a parameter may be left empty, so that the config decides. */
export function mayBeEmpty({ schema }: DagParam): boolean {
  return typesOf(schema).includes("null") || schema.enum?.includes(null) === true;
}

/** What stands in a field for a value. */
export function written(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * The value that a field's text stands for.
 *
 * @throws {Error} It is none that the parameter takes; says what it takes.
 */
export function read(text: string, param: DagParam, title: string): unknown {
  const control = controlOf(param);
  if (text.trim() === "") {
    if (mayBeEmpty(param)) return null;
    if (control.kind === "text") return text;
    throw new Error(`${title} is empty, and has to have a value.`);
  }
  if (control.kind === "choice") return control.values.find((value) => written(value) === text) ?? text;
  if (control.kind === "number") return readNumber(text, param, title);
  if (control.kind === "switch") return text === "true";
  if (control.kind === "text") return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error(`${title} is ${text}, which is no JSON; write a list as ["a", "b"].`);
  }
}

function readNumber(text: string, { schema }: DagParam, title: string): number {
  const value = Number(text);
  if (Number.isNaN(value)) throw new Error(`${title} is '${text}', which is no number.`);
  if (typesOf(schema).includes("integer") && !typesOf(schema).includes("number") && !Number.isInteger(value)) {
    throw new Error(`${title} is ${text}; it takes whole numbers.`);
  }
  const { minimum = -Infinity, maximum = Infinity } = schema;
  if (value < minimum) throw new Error(`${title} is ${text}; ${minimum} or more.`);
  if (value > maximum) throw new Error(`${title} is ${text}; ${maximum} at most.`);
  return value;
}

function typesOf(schema: DagParam["schema"]): string[] {
  return schema.type === undefined ? [] : [schema.type].flat();
}

export interface Difference {
  name: string;
  before: unknown;
  after: unknown;
}

/** Where the new run's parameters are not those of the old one. */
export function differences(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): Difference[] {
  return Object.keys(after)
    .filter((name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null))
    .map((name) => ({ name, before: before[name], after: after[name] }));
}
