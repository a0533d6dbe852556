import type { ReactNode } from "react";

import { Shape } from "./Shape";
import type { ShapeName } from "./Shape";

export type Tone = "good" | "bad" | "doubt" | "calm";
const SHAPES: Record<Tone, ShapeName> = { good: "check", bad: "cross", doubt: "triangle", calm: "dot" };

interface Props {
  tone: Tone;
  title?: string;
  children?: ReactNode;
  live?: boolean;
}

/** A sentence that a person must not miss; its tone has a shape beside its colour. */
export function Notice({ tone, title, children, live = false }: Props): ReactNode {
  return (
    <div className={`ex-notice ex-${tone}`} role={live ? "status" : undefined}>
      <Shape name={SHAPES[tone]} />
      <div>
        {title !== undefined && <strong>{title}</strong>}
        {children !== undefined && <div>{children}</div>}
      </div>
    </div>
  );
}
