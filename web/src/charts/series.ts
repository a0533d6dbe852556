export interface Series {
  label: string;
  values: (number | null)[];
}

// Okabe and Ito's colours, which people with any colour vision tell apart; dashes tell lines apart without any.
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const DASHES: number[][] = [[], [6, 3], [2, 3], [8, 3, 2, 3], [12, 4], [1, 2]];

/** The colour of a line. */
export function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] ?? "#0072b2";
}

/** The dashes of a line, as a canvas takes them. */
export function dashOf(index: number): number[] {
  return DASHES[index % DASHES.length] ?? [];
}
