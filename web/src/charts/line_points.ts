const MARGIN = 3;

export interface Line {
  /** As an SVG polyline has them. */
  points: string;
  end: [x: number, y: number];
}

/**
 * Where a line through values lies in a picture of so many pixels; a value that was not measured has no point.
 *
 * @param values At least one of them a number; values that are all the same make a line in the middle.
 */
export function linePoints(values: readonly (number | null)[], width: number, height: number): Line {
  const measured = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const low = Math.min(...measured);
  const range = Math.max(...measured) - low;
  const step = (width - 2 * MARGIN) / Math.max(values.length - 1, 1);
  const points: [number, number][] = values.flatMap((value, index) => {
    if (value === null || !Number.isFinite(value)) return [];
    const share = range === 0 ? 0.5 : (value - low) / range;
    return [[round(MARGIN + index * step), round(height - MARGIN - share * (height - 2 * MARGIN))]];
  });
  return { points: points.map((point) => point.join(",")).join(" "), end: points.at(-1) ?? [MARGIN, height / 2] };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
