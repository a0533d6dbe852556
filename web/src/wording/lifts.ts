export interface LiftWords {
  /** '1.31×' */
  factor: string;
  /** Whether the model is better than the baseline; null where both are the same. */
  beats: boolean | null;
  /** '1.31 times as good as popularity' */
  words: string;
}

/**
 * How a metric stands beside a baseline.
 *
 * @param lift How many times better than the baseline's the metric is: above 1 is better, also where small numbers are good.
 */
export function liftWords(lift: number, baseline: string): LiftWords {
  const factor = factorOf(lift);
  if (lift === 1) return { factor: `${factor}×`, beats: null, words: `the same as ${baseline}` };
  const side = lift > 1 ? "better than" : "worse than";
  return { factor: `${factor}×`, beats: lift > 1, words: `${side} ${baseline}, ${factor} times as good` };
}

function factorOf(lift: number): string {
  // 0.996 beside 1.004 must not both read '1.00'.
  return Math.abs(lift - 1) < 0.005 && lift !== 1 ? lift.toFixed(4) : lift.toFixed(lift >= 100 ? 0 : 2);
}
