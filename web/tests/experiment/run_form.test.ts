import { expect, test } from "vitest";

import type { DagParam } from "../../src/api/airflow";
import { controlOf, differences, read } from "../../src/experiment/run_form";

const param = (schema: DagParam["schema"]): DagParam => ({ value: null, description: null, schema });
const RATE = param({ type: ["null", "number"], minimum: 0.0001, maximum: 1 });

test("an empty field is null where the config may decide, and refused where it may not", () => {
  expect(read(" ", RATE, "Learning rate")).toBeNull();
  expect(() => read("", param({ type: "integer" }), "Epochs")).toThrow("Epochs is empty, and has to have a value.");
});

test("a number outside its bounds is refused by name, value and bound", () => {
  expect(read("0.02", RATE, "Learning rate")).toBe(0.02);
  expect(() => read("2", RATE, "Learning rate")).toThrow("Learning rate is 2; 1 at most.");
  expect(() => read("0", RATE, "Learning rate")).toThrow("Learning rate is 0; 0.0001 or more.");
  expect(() => read("fast", RATE, "Learning rate")).toThrow("Learning rate is 'fast', which is no number.");
  expect(() => read("1.5", param({ type: "integer" }), "Epochs")).toThrow("Epochs is 1.5; it takes whole numbers.");
});

test("a choice keeps its type, so that 25 is sent as a number", () => {
  const percent = param({ enum: [5, 25, 100] });
  expect(controlOf(percent)).toEqual({ kind: "choice", values: [5, 25, 100] });
  expect(read("25", percent, "Sample")).toBe(25);
});

test("lists are read as JSON", () => {
  expect(read("[64, 32]", param({ type: ["array", "null"] }), "Layers")).toEqual([64, 32]);
  expect(() => read("64, 32", param({ type: "array" }), "Layers")).toThrow('Layers is 64, 32, which is no JSON; write a list as ["a", "b"].');
});

test("only what was changed differs; null and not given are one", () => {
  expect(differences({ a: 1, b: null, c: [1] }, { a: 2, b: null, c: [1], d: null })).toEqual([{ name: "a", before: 1, after: 2 }]);
});
