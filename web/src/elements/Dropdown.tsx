import { useEffect, useId, useRef, useState } from "react";
import type { ReactNode } from "react";

interface Props {
  label: string;
  chosen: boolean;
  children: ReactNode;
}

/** A button that opens a small panel below it; Escape, or a click or focus elsewhere, closes it. */
export function Dropdown({ label, chosen, children }: Props): ReactNode {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return undefined;
    const elsewhere = (event: Event): void => {
      if (box.current?.contains(event.target as Node) !== true) setOpen(false);
    };
    document.addEventListener("pointerdown", elsewhere);
    document.addEventListener("focusin", elsewhere);
    return () => {
      document.removeEventListener("pointerdown", elsewhere);
      document.removeEventListener("focusin", elsewhere);
    };
  }, [open]);
  return (
    <div
      className="ex-dropdown"
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        setOpen(false);
        button.current?.focus();
      }}
    >
      <button
        ref={button}
        type="button"
        className={chosen ? "ex-button ex-chosen" : "ex-button"}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        title={label}
        onClick={() => setOpen(!open)}
      >
        <span className="ex-cut">{label}</span> <span aria-hidden="true">▾</span>
      </button>
      {open && (
        <div id={id} className="ex-panel" role="group" aria-label={label}>
          {children}
        </div>
      )}
    </div>
  );
}
