import type { Better } from "../api/answers";

export interface LiftWords {
  /** '1.31×' */
  factor: string;
  /** Whether the model is better than the baseline; null where both are the same. */
  beats: boolean | null;
  /** '31% above popularity' */
  words: string;
}

/**
 * How a metric stands beside a baseline.
 *
 * @param lift The metric divided by the baseline's; below 1 is better where lower is.
 */
export function liftWords(lift: number, better: Better, baseline: string): LiftWords {
  const percent = Math.round(Math.abs(lift - 1) * 100);
  const beats = lift === 1 ? null : (lift > 1) === (better === "higher");
  const side = lift > 1 ? "above" : "below";
  const size = percent === 0 ? `less than 1% ${side}` : `${percent}% ${side}`;
  const words = lift === 1 ? `the same as ${baseline}` : `${size} ${baseline}${better === "lower" ? ", and lower is better" : ""}`;
  return { factor: `${factorOf(lift)}×`, beats, words };
}

function factorOf(lift: number): string {
  // 0.996 beside 1.004 must not both read '1.00'.
  return Math.abs(lift - 1) < 0.005 && lift !== 1 ? lift.toFixed(4) : lift.toFixed(lift >= 100 ? 0 : 2);
}
