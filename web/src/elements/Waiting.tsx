import type { ReactNode } from "react";

/** Says that something is being read. */
export function Waiting({ what }: { what: string }): ReactNode {
  return (
    <p className="ex-waiting" role="status">
      Reading {what}…
    </p>
  );
}
