// What the API answers, as its contract says; null is 'not known'.

export type Better = "higher" | "lower";
export type State =
  | "resolved" | "staging" | "checking" | "submitted" | "training" | "queued" | "running"
  | "succeeded" | "failed" | "cancelled";

export interface Headline {
  metric: string;
  value: number | null;
  baseline: string | null;
  baseline_value: number | null;
  better: Better | null;
}

export interface TestRows {
  key: string;
  first_day: string | null;
  last_day: string | null;
  rows: number | null;
}

export type StageEntry = [task: string, state: string, seconds: number | null];
export type ComponentEntry = [name: string, state: string, seconds: number | null, cached: boolean];

/** One experiment in a list: its card, with the state that Airflow knows. */
export interface Row {
  experiment_id: string;
  dag_id: string;
  run_id: string;
  number: number | null;
  name: string | null;
  kind: string | null;
  user: string | null;
  run_type: string | null;
  logical_date: string | null;
  dataset: string | null;
  features: string | null;
  model: string | null;
  model_type: string | null;
  schedule: string | null;
  sweep_id: string | null;
  parent_experiment_id: string | null;
  created_at: string | null;
  updated_at: string | null;
  ended_at: string | null;
  state: State;
  stage: string | null;
  component: string | null;
  stages: StageEntry[];
  components: ComponentEntry[];
  error: string | null;
  warnings: number;
  warning: string | null;
  verdict: string | null;
  headline: Headline | null;
  metrics: Record<string, number | null>;
  curve: { metric: string; values: (number | null)[] } | null;
  epochs: [done: number, asked: number] | null;
  params: Record<string, unknown>;
  test_rows: TestRows | null;
  deleted: boolean;
  lift: number | null;
  group: string | null;
}

export interface IndexStatus {
  state: "building" | "ready" | "failed";
  cards: number;
  read: number;
  error: string | null;
}

export interface ExperimentList {
  experiments: Row[];
  total: number;
  next_cursor: string | null;
  index: IndexStatus;
}

export interface FacetValue {
  value: string;
  count: number;
}

export interface Facets {
  facets: Record<string, FacetValue[]>;
}

export interface Parameter {
  name: string;
  title: string | null;
  value: unknown;
  source: "run" | "config" | "default";
  /** The file of a config's value. */
  where: string | null;
  section: string | null;
}

export interface Metric {
  name: string;
  title: string;
  help: string;
  value: number | null;
  better: Better | null;
  baselines: Record<string, number | null>;
  best_baseline: string | null;
  lift: number | null;
  headline: boolean;
}

export interface PipelineComponent {
  name: string;
  state: string;
  seconds: number | null;
  cached: boolean;
  cache_reason: string | null;
  inputs: string[];
  outputs: string[];
}

export interface Quality {
  passed: number;
  failed: number;
  warnings: number;
  /** A sentence for each rule that is broken. */
  findings: string[];
  has_report: boolean;
}

export interface ExperimentFile {
  name: string;
  title: string;
  kind: "sql" | "python" | "json" | "html" | "yaml";
}

export interface ExperimentError {
  sentence: string;
  component: string | null;
  task: string | null;
  lines: string[];
}

export interface Experiment {
  card: Row;
  sentence: string | null;
  evidence: string[];
  suggestion: string | null;
  warnings: string[];
  error: ExperimentError | null;
  parameters: Parameter[];
  metrics: Metric[];
  components: PipelineComponent[];
  tasks: { task_id: string; state: string | null; seconds: number | null }[];
  quality: Quality | null;
  files: ExperimentFile[];
  links: Record<string, string | null>;
  parent: string | null;
  updated_at: string | null;
}

export interface TowerNorms {
  weight_norm: number | null;
  gradient_norm: number | null;
}

export interface Epoch {
  epoch: number;
  metrics: Record<string, number | null>;
  towers: Record<string, TowerNorms>;
}

export interface Epochs {
  status: string | null;
  epochs: Epoch[];
}

export interface Histogram {
  epoch: number;
  edges: (number | null)[];
  counts: number[];
}

export interface Histograms {
  epochs: Histogram[];
}

export interface Comparison {
  comparable: boolean;
  reason: string | null;
  parameters: { name: string; title: string | null; values: unknown[]; differs: boolean }[];
  metrics: { name: string; title: string; better: Better | null; values: (number | null)[]; best: number[] }[];
  experiments: Row[];
  curves: { id: string; metric: string; values: (number | null)[] }[];
}
