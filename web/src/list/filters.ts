// The list's state is its address: whoever gets the link sees the same list.

export const FACETS = ["state", "dataset", "features", "model", "verdict"] as const;
export type Facet = (typeof FACETS)[number];

/** What else an address may narrow the list by, though no facet shows it. */
export const NARROWED_BY = ["dag_id", "kind", "model_type", "schedule", "sweep_id"] as const;

export const NEWEST_FIRST = "-created_at";
const PAGE_SIZE = 50;
export const MOST_COMPARED = 10;

/** The filters as the API takes them, without those of the page. */
export function query(address: URLSearchParams, dagId: string | undefined): URLSearchParams {
  const asked = new URLSearchParams();
  for (const name of [...FACETS, ...NARROWED_BY]) for (const value of address.getAll(name)) asked.append(name, value);
  if (dagId !== undefined) asked.set("dag_id", dagId);
  const words = address.get("q")?.trim() ?? "";
  if (words !== "") asked.set("q", words);
  return asked;
}

/** The query of one page of the list. */
export function pageQuery(address: URLSearchParams, dagId: string | undefined): URLSearchParams {
  const asked = query(address, dagId);
  asked.set("limit", String(PAGE_SIZE));
  asked.set("sort", address.get("sort") ?? NEWEST_FIRST);
  const cursor = address.get("cursor");
  if (cursor !== null) asked.set("cursor", cursor);
  return asked;
}

/** The address with a facet's value chosen, or not any more; the first page of what is left. */
export function toggled(address: URLSearchParams, name: string, value: string): URLSearchParams {
  const next = firstPage(address);
  const chosen = next.getAll(name);
  next.delete(name);
  for (const other of chosen) if (other !== value) next.append(name, other);
  if (!chosen.includes(value)) next.append(name, value);
  return next;
}

/** The address with one value of a name, or none. */
export function changed(address: URLSearchParams, name: string, value: string | null): URLSearchParams {
  const next = firstPage(address);
  if (value === null || value === "") next.delete(name);
  else next.set(name, value);
  return next;
}

/** The address of all experiments, with what is picked for a comparison. */
export function cleared(address: URLSearchParams): URLSearchParams {
  return new URLSearchParams(address.getAll("pick").map((id) => ["pick", id]));
}

/** The address of the page after this one; `shown` is where it begins, counted from 0. */
export function nextPage(address: URLSearchParams, cursor: string, shown: number): URLSearchParams {
  const next = new URLSearchParams(address);
  next.set("cursor", cursor);
  next.set("from", String(shown));
  return next;
}

/** The address of the first page. */
export function firstPage(address: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(address);
  next.delete("cursor");
  next.delete("from");
  return next;
}

/** The address with an experiment picked for a comparison, or not any more. */
export function picked(address: URLSearchParams, id: string): URLSearchParams {
  const next = new URLSearchParams(address);
  const ids = next.getAll("pick");
  next.delete("pick");
  for (const other of ids) if (other !== id) next.append("pick", other);
  if (!ids.includes(id)) next.append("pick", id);
  return next;
}

/** The sort that a click on a column's title asks for: its best or newest first, then the other way round. */
export function sortAfter(current: string, field: string, firstDescending: boolean): string {
  if (current === field) return `-${field}`;
  if (current === `-${field}`) return field;
  return firstDescending ? `-${field}` : field;
}

/** Whether anything narrows the list. */
export function isNarrowed(address: URLSearchParams): boolean {
  return query(address, undefined).size > 0;
}
