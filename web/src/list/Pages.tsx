import type { ReactNode } from "react";
import { Link } from "react-router-dom";

import type { ExperimentList } from "../api/answers";
import { count } from "../wording/numbers";
import { firstPage, nextPage } from "./filters";

/** Which part of the list is shown, and the way to the others. */
export function Pages({ list, address }: { list: ExperimentList; address: URLSearchParams }): ReactNode {
  const from = Number(address.get("from") ?? 0);
  const to = from + list.experiments.length;
  return (
    <nav className="ex-pages" aria-label="Pages of the list">
      <span>
        {count(from + 1)}–{count(to)} of {count(list.total)}
      </span>
      {address.has("cursor") && <Link to={{ search: firstPage(address).toString() }}>First page</Link>}
      {list.next_cursor !== null && <Link to={{ search: nextPage(address, list.next_cursor, to).toString() }}>Next page</Link>}
    </nav>
  );
}
