import { expect, test } from "vitest";

import { liftWords } from "../../src/wording/lifts";
import { nameOf } from "../../src/wording/names";
import { number, plain } from "../../src/wording/numbers";
import { isLive, markOf } from "../../src/wording/states";
import { ago, duration, secondsBetween } from "../../src/wording/times";

test("a lift says in words whether the model beats the baseline", () => {
  expect(liftWords(1.31, "popularity")).toEqual({ factor: "1.31×", beats: true, words: "better than popularity, 1.31 times as good" });
  expect(liftWords(0.41, "popularity")).toEqual({ factor: "0.41×", beats: false, words: "worse than popularity, 0.41 times as good" });
  expect(liftWords(1, "popularity")).toEqual({ factor: "1.00×", beats: null, words: "the same as popularity" });
});

test("a lift just below one is not written as one", () => {
  expect(liftWords(0.9963, "popularity")).toMatchObject({ factor: "0.9963×", beats: false });
});

test("numbers keep four digits, and what was not measured is a dash", () => {
  expect([number(0.142345), number(114660), number(0), number(0.00001234), number(null), number(Number.NaN)]).toEqual([
    "0.1423", "114,660", "0", "1.23e-5", "–", "NaN",
  ]);
  expect([plain([128, 64]), plain(true), plain({ a: 1 }), plain(null)]).toEqual(["128, 64", "true", '{"a":1}', "–"]);
});

test("durations and ages read as people say them", () => {
  expect([duration(48), duration(185), duration(7800), duration(90_000), duration(3599.6)]).toEqual(["48 s", "3 min 5 s", "2 h 10 min", "1 d 1 h", "1 h 0 min"]);
  const now = Date.parse("2026-11-28T12:00:00Z");
  expect(["2026-11-28T11:59:55Z", "2026-11-28T11:57:00Z", "2026-11-27T11:00:00Z", "2026-01-02T00:00:00Z"].map((time) => ago(time, now))).toEqual([
    "now", "3 min ago", "1 d ago", "2026-01-02",
  ]);
  expect(secondsBetween("2026-11-28T11:59:00Z", null, now)).toBe(60);
});

test("a name has its number once", () => {
  expect(nameOf({ name: "quick_test #12 · fast", number: 12, dag_id: "quick_test", run_id: "r" })).toBe("quick_test #12 · fast");
  expect(nameOf({ name: "fast", number: 1, dag_id: "quick_test", run_id: "r" })).toBe("#1 fast");
  const unnamed = { name: null, number: null, dag_id: "quick_test" };
  expect(nameOf({ ...unnamed, run_id: "manual__2026-11-28T18:57:22.127696+00:00" })).toBe("quick_test 2026-11-28 18:57:22");
  expect(nameOf({ ...unnamed, run_id: "by hand" })).toBe("by hand");
});

test("an unknown state is shown by its own word, and a deleted run does not go on", () => {
  expect(markOf("some_new_state").word).toBe("some new state");
  expect(isLive({ state: "training", deleted: false })).toBe(true);
  expect(isLive({ state: "training", deleted: true })).toBe(false);
});
