import { expect, test } from "vitest";

import { changed, cleared, nextPage, pageQuery, picked, query, sortAfter, toggled } from "../../src/list/filters";

const address = (text: string): URLSearchParams => new URLSearchParams(text);

test("a chosen facet starts at the first page again and keeps what else is chosen", () => {
  const next = toggled(address("model=fast&cursor=abc&from=50&pick=a"), "model", "deep");
  expect(next.toString()).toBe("pick=a&model=fast&model=deep");
  expect(toggled(next, "model", "fast").getAll("model")).toEqual(["deep"]);
});

test("what is picked for a comparison is no filter and is not asked of the API", () => {
  expect(query(address("pick=a&state=failed&q= 5 %25 &unknown=1"), undefined).toString()).toBe("state=failed&q=5+%25");
  expect(cleared(address("pick=a&pick=b&state=failed")).toString()).toBe("pick=a&pick=b");
});

test("a DAG's list asks for that DAG whatever the address says", () => {
  expect(pageQuery(address("dag_id=other&sort=-recall%40100"), "quick_test").toString()).toBe(
    "dag_id=quick_test&limit=50&sort=-recall%40100",
  );
});

test("the next page says where it begins", () => {
  expect(nextPage(address("state=failed"), "c2", 50).toString()).toBe("state=failed&cursor=c2&from=50");
});

test("an emptied search leaves no trace in the address", () => {
  expect(changed(address("q=abc&sort=name"), "q", "").toString()).toBe("sort=name");
});

test("picking twice takes it back", () => {
  const once = picked(address("sort=name"), "a b");
  expect(once.getAll("pick")).toEqual(["a b"]);
  expect(picked(once, "a b").toString()).toBe("sort=name");
});

test("a second click on a column turns its order", () => {
  expect(sortAfter("-created_at", "name", false)).toBe("name");
  expect(sortAfter("name", "name", false)).toBe("-name");
  expect(sortAfter("-name", "name", false)).toBe("name");
});
