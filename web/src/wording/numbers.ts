const NONE = "–";

/** A measured number in four significant digits; what was not measured is a dash. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  if (!Number.isFinite(value)) return String(value);
  if (value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 1e7)) return value.toExponential(2);
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(4)));
}

/** A count with thousands marked. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A count with its noun: '1 experiment', '2 experiments'. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** A parameter's value as a config would write it. */
export function plain(value: unknown): string {
  if (value === null || value === undefined) return NONE;
  if (typeof value === "string") return value;
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : number(value);
  if (Array.isArray(value)) return value.map(plain).join(", ");
  return JSON.stringify(value);
}
