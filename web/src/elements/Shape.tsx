import type { ReactNode } from "react";

export type ShapeName = "check" | "cross" | "triangle" | "dot" | "ring" | "half" | "bar" | "square" | "star" | "up" | "down";

const PATHS: Record<ShapeName, string> = {
  check: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm3.6 4.2L7 10 4.7 7.7l-1 1L7 12l5.6-5.8-1-1Z",
  cross: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm-2 4L5 6l2 2-2 2 1 1 2-2 2 2 1-1-2-2 2-2-1-1-2 2-2-2Z",
  triangle: "M8 1 15.5 14.5H.5L8 1Zm-.8 5v4.2h1.6V6H7.2Zm0 5.4v1.5h1.6v-1.5H7.2Z",
  dot: "M8 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8Z",
  ring: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 1.6a5.4 5.4 0 1 0 0 10.8A5.4 5.4 0 0 0 8 2.6Z",
  half: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 1.6v10.8A5.4 5.4 0 0 0 8 2.6Z",
  bar: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1ZM4 7v2h8V7H4Z",
  square: "M2 2h12v12H2V2Z",
  star: "m8 1 2.1 4.6 5 .5-3.8 3.3 1.1 5L8 11.8l-4.4 2.6 1.1-5L.9 6.1l5-.5L8 1Z",
  up: "M8 2.5 14.5 13h-13L8 2.5Z",
  down: "M8 13.5 1.5 3h13L8 13.5Z",
};

interface Props {
  name: ShapeName;
  className?: string;
}

/** A small shape in the colour of the text; what it means stands beside it in words. */
export function Shape({ name, className = "" }: Props): ReactNode {
  return (
    <svg className={`ex-shape ${className}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fillRule="evenodd" />
    </svg>
  );
}
