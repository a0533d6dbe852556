import { expect, test } from "vitest";

import { groupsOf } from "../../src/list/groups";
import { row } from "../fixtures/rows";

const measured = (number: number, metric: string, value: number, better: "higher" | "lower", group = "same"): ReturnType<typeof row> =>
  row({ number, group, headline: { metric, value, baseline: "popularity", baseline_value: 1, better } });

test("the best of a group is the highest recall and the lowest error, each among its own", () => {
  const [group] = groupsOf([
    measured(1, "recall@100", 0.2, "higher"),
    measured(2, "recall@100", 0.3, "higher"),
    measured(3, "rmse", 0.9, "lower"),
    measured(4, "rmse", 0.8, "lower"),
  ]);
  expect(group?.best).toEqual(new Set(["quick-test-2", "quick-test-4"]));
});

test("nothing is the best of one, nor of experiments that were not tested", () => {
  expect(groupsOf([measured(1, "recall@100", 0.2, "higher"), measured(2, "rmse", 0.3, "lower")])[0]?.best.size).toBe(0);
  const untested = { group: null, test_rows: null };
  expect(groupsOf([row({ number: 1, ...untested }), row({ number: 2, ...untested })])[0]?.best.size).toBe(0);
});

test("a better value on other rows is the best of its own group alone", () => {
  const groups = groupsOf([
    measured(1, "recall@100", 0.2, "higher", "december"),
    measured(2, "recall@100", 0.9, "higher", "november"),
    measured(3, "recall@100", 0.1, "higher", "december"),
  ]);
  expect(groups.map(({ key, rows }) => [key, rows.length])).toEqual([["december", 2], ["november", 1]]);
  expect(groups.map(({ best }) => [...best])).toEqual([["quick-test-1"], []]);
});
