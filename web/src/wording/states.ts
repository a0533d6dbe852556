import type { State } from "../api/answers";
import type { ShapeName } from "../elements/Shape";

export interface Mark {
  word: string;
  shape: ShapeName;
  tone: "good" | "bad" | "doubt" | "work" | "calm";
}

const MARKS: Record<State, Mark> = {
  queued: { word: "queued", shape: "ring", tone: "calm" },
  resolved: { word: "starting", shape: "half", tone: "work" },
  staging: { word: "staging rows", shape: "half", tone: "work" },
  checking: { word: "checking rows", shape: "half", tone: "work" },
  submitted: { word: "in the pipeline", shape: "half", tone: "work" },
  training: { word: "training", shape: "half", tone: "work" },
  running: { word: "running", shape: "half", tone: "work" },
  succeeded: { word: "succeeded", shape: "check", tone: "good" },
  failed: { word: "failed", shape: "cross", tone: "bad" },
  cancelled: { word: "cancelled", shape: "bar", tone: "calm" },
};

const STEPS: Record<string, Mark> = {
  ...MARKS,
  success: MARKS.succeeded,
  pending: { word: "not begun", shape: "ring", tone: "calm" },
  scheduled: MARKS.queued,
  deferred: { word: "waiting", shape: "half", tone: "work" },
  skipped: { word: "skipped", shape: "bar", tone: "calm" },
  upstream_failed: { word: "not reached", shape: "bar", tone: "calm" },
  up_for_retry: { word: "tried again soon", shape: "triangle", tone: "doubt" },
  removed: { word: "removed", shape: "bar", tone: "calm" },
};

/** How a state is shown: a word, a shape and a colour, so that no one of them is needed to tell it. */
export function markOf(state: string | null): Mark {
  return STEPS[state ?? "pending"] ?? { word: (state ?? "").replaceAll("_", " "), shape: "ring", tone: "calm" };
}

/** Whether an experiment still changes by itself. */
export function isLive(row: { state: State; deleted: boolean }): boolean {
  return !row.deleted && !["succeeded", "failed", "cancelled"].includes(row.state);
}

const VERDICTS: Record<string, Mark["tone"]> = {
  healthy: "good",
  collapsed: "bad",
  diverged: "bad",
  dead_tower: "bad",
  below_baselines: "bad",
  unknown: "calm",
};

/** The colour of a verdict; one that is not known here is neither good nor bad. */
export function verdictTone(verdict: string): Mark["tone"] {
  return VERDICTS[verdict] ?? "doubt";
}
