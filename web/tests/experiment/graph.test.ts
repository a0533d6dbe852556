import { expect, test } from "vitest";

import { graphOf } from "../../src/experiment/graph";
import { experiment } from "../fixtures/experiment";
import { row } from "../fixtures/rows";

const component = (name: string, inputs: string[], outputs: string[]): ReturnType<typeof experiment>["components"][number] => ({
  name, state: "succeeded", seconds: 1, cached: false, cache_reason: null, inputs, outputs,
});

test("an artifact stands between who makes it and who reads it; one that nobody reads is left out", () => {
  const { nodes, edges } = graphOf([component("Gen", [], ["examples", "unread"]), component("Trainer", ["Gen.examples"], ["model"])]);
  expect(nodes.map(({ id, kind, label }) => [id, kind, label])).toEqual([
    ["Gen", "component", "Gen"], ["Gen.examples", "artifact", "examples"], ["Trainer", "component", "Trainer"],
  ]);
  expect(edges.map(({ id }) => id)).toEqual(["Gen>Gen.examples", "Gen.examples>Trainer"]);
  const [gen, examples, trainer] = nodes.map(({ x }) => x);
  expect([gen, examples, trainer]).toEqual([gen, examples, trainer].sort((a, b) => (a ?? 0) - (b ?? 0)));
});

test("an input from a component that is not in the pipeline draws no edge", () => {
  expect(graphOf([component("Trainer", ["Resolver.model"], [])]).edges).toEqual([]);
});

test("components do not overlap", () => {
  const { nodes } = graphOf(experiment(row()).components);
  const boxes = nodes.filter(({ kind }) => kind === "component");
  for (const a of boxes) {
    for (const b of boxes) {
      if (a !== b) expect(Math.abs(a.x - b.x) >= a.width || Math.abs(a.y - b.y) >= a.height).toBe(true);
    }
  }
});
