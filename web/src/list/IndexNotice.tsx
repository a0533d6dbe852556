import type { ReactNode } from "react";

import type { IndexStatus } from "../api/answers";
import { Notice } from "../elements/Notice";
import { count } from "../wording/numbers";

/** Says so where the list is not all that there is. */
export function IndexNotice({ index }: { index: IndexStatus }): ReactNode {
  if (index.state === "ready") return null;
  if (index.state === "failed") {
    return (
      <Notice tone="bad" title="The list may be out of date" live>
        {index.error ?? "The index of experiments could not be read."}
      </Notice>
    );
  }
  return (
    <Notice tone="calm" title="The index is being built" live>
      {count(index.read)} of {count(index.cards)} experiments have been read; the others appear by themselves.
    </Notice>
  );
}
