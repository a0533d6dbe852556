const PAGE = "/plugin/experiments";

/** The address of the list, with its filters. */
export function listAddress(search = ""): string {
  return search === "" ? PAGE : `${PAGE}?${search}`;
}

/** The address of one experiment. */
export function experimentAddress(id: string): string {
  return `${PAGE}/e/${encodeURIComponent(id)}`;
}

/** The address of a comparison. */
export function compareAddress(ids: readonly string[]): string {
  return `${PAGE}/compare?${new URLSearchParams(ids.map((id) => ["id", id])).toString()}`;
}

export type Place = { view: "list" } | { view: "compare" } | { view: "experiment"; id: string };

/** What an address below the page shows; an address that is none of its own shows the list. */
export function placeOf(pathname: string): Place {
  const rest = pathname.slice(pathname.indexOf(PAGE) + PAGE.length);
  const [, view, id] = rest.split("/");
  if (view === "compare") return { view };
  if (view === "e" && id !== undefined && id !== "") return { view: "experiment", id: decodeURIComponent(id) };
  return { view: "list" };
}
