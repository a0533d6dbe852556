import { expect, test } from "vitest";

import { linePoints } from "../../src/charts/line_points";
import { ridgelineOf } from "../../src/charts/ridges";

// A picture of 16 by 16 has 10 by 10 within its margins of 3.
test("the largest value is at the top, the smallest at the bottom, and the last one is marked", () => {
  expect(linePoints([1, 3, 2], 16, 16)).toEqual({ points: "3,13 8,3 13,8", end: [13, 8] });
});

test("values that are all the same are a line in the middle, and one that is missing has no point", () => {
  expect(linePoints([5, null, 5], 16, 16).points).toBe("3,8 13,8");
  expect(linePoints([7], 16, 16)).toEqual({ points: "3,8", end: [3, 8] });
});

test("ridges share one axis, each is as tall as its own largest bin", () => {
  const { ridges, low, high } = ridgelineOf([{ epoch: 1, edges: [0, 1, 2], counts: [5, 10] }, { epoch: 2, edges: [1, 1.5, 2], counts: [1, 1] }], 100);
  expect([low, high]).toEqual([0, 2]);
  expect(ridges.map(({ epoch, path }) => [epoch, path])).toEqual([
    [1, "M0,40 L25,22 L75,4 L100,40 Z"],
    [2, "M50,56 L62.5,20 L87.5,20 L100,56 Z"],
  ]);
});

test("of 200 epochs some are drawn, the first and the last among them; empty histograms are not", () => {
  const all = Array.from({ length: 200 }, (_, index) => ({ epoch: index + 1, edges: [0, 1], counts: [1] }));
  const { ridges } = ridgelineOf(all, 100);
  expect(ridges.length).toBe(24);
  expect([ridges[0]?.epoch, ridges.at(-1)?.epoch]).toEqual([1, 200]);
  expect(ridgelineOf([{ epoch: 1, edges: [0, 1], counts: [0] }], 100).ridges).toEqual([]);
});
