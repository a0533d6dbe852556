import { expect, test } from "vitest";

import { overlays } from "../../src/compare/overlays";
import { chartsOf, normsOf } from "../../src/experiment/curves";
import type { Epoch } from "../../src/api/answers";
import { row } from "../fixtures/rows";

const epoch = (number: number, metrics: Epoch["metrics"], towers: Epoch["towers"] = {}): Epoch => ({ epoch: number, metrics, towers });

test("losses come first in one chart, families of metrics follow, the learning rate comes last", () => {
  const charts = chartsOf([epoch(1, { learning_rate: 0.1, lr: 0.1, query_spread: 1, candidate_spread: 2, loss: 7, val_loss: 7.5, "val_recall@10": 0.1, "recall@100": 0.2 })]);
  expect(charts.map(({ title, series }) => [title, series.map(({ label }) => label)])).toEqual([
    ["Loss", ["loss", "val_loss"]], ["recall", ["val_recall@10", "recall@100"]],
    ["Spread of the embeddings", ["query_spread", "candidate_spread"]], ["Learning rate", ["learning_rate"]],
  ]);
});

test("a metric that an epoch lacks leaves a gap and moves nothing", () => {
  const [loss] = chartsOf([epoch(1, { loss: 7 }), epoch(2, {}), epoch(3, { loss: null }), epoch(4, { loss: 6 })]);
  expect(loss?.series[0]?.values).toEqual([7, null, null, 6]);
});

test("each tower has a line of norms", () => {
  const norms = { weight_norm: 4, gradient_norm: null };
  expect(normsOf([epoch(1, {}, { query: norms }), epoch(2, {}, { query: norms, candidate: norms })], "weight_norm")).toEqual([
    { label: "query", values: [4, 4] }, { label: "candidate", values: [null, 4] },
  ]);
});

test("compared curves of other lengths share their epochs", () => {
  const experiments = [row({ number: 1 }), row({ number: 2 })];
  const curves = [{ id: "quick-test-1", metric: "loss", values: [3, 2, 1] }, { id: "quick-test-2", metric: "loss", values: [3] }];
  expect(overlays({ curves, experiments })).toEqual([
    {
      metric: "loss", epochs: [1, 2, 3],
      series: [{ label: "quick_test #1 · fast · basic", values: [3, 2, 1] }, { label: "quick_test #2 · fast · basic", values: [3, null, null] }],
    },
  ]);
});
