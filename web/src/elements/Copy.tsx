import { useState } from "react";
import type { ReactNode } from "react";

const SAID_MS = 2000;

/** A button that copies a text and says that it did, or that the browser does not let it. */
export function Copy({ text, what }: { text: string; what: string }): ReactNode {
  const [said, setSaid] = useState("");
  function say(word: string): void {
    setSaid(word);
    setTimeout(() => setSaid(""), SAID_MS);
  }
  function copy(): void {
    // Browsers have no clipboard for pages that come over plain HTTP from another machine.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    if (clipboard === undefined) say("The browser does not allow it");
    else clipboard.writeText(text).then(() => say("Copied"), () => say("The browser does not allow it"));
  }
  return (
    <span className="ex-copy">
      <span role="status" className="ex-muted">
        {said}
      </span>
      <button type="button" className="ex-button" aria-label={`Copy ${what}`} onClick={copy}>
        Copy
      </button>
    </span>
  );
}
