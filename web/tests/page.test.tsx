import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { MemoryRouter, Route, Routes, useLocation } from "react-router-dom";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ExperimentsPage } from "../src/ExperimentsPage";
import { answer } from "./fixtures/server";
import { row, ROWS } from "./fixtures/rows";

let posted: { method: string; address: string; body: unknown }[];
let override: ((path: string) => unknown) | null;

// jsdom has neither canvas nor constructed style sheets, so that curves stay undrawn here.
vi.mock("uplot", () => ({
  default: class {
    setData = (): void => undefined;
    destroy = (): void => undefined;
  },
}));
vi.hoisted(() => {
  Object.defineProperty(CSSStyleSheet.prototype, "replaceSync", { value: () => undefined });
  Object.defineProperty(document, "adoptedStyleSheets", { value: [] });
});

// The API is the edge: it answers as its contract says.
beforeEach(() => {
  posted = [];
  override = null;
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe = (): void => undefined;
      disconnect = (): void => undefined;
    },
  );
  HTMLDialogElement.prototype.showModal = function showModal(): void {
    this.open = true;
  };
  vi.stubGlobal("fetch", answered);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function answered(address: string, { method = "GET", body }: RequestInit = {}): Promise<Response> {
  const { pathname, searchParams } = new URL(address, "http://host");
  const path = pathname.slice(pathname.indexOf("/api/"));
  if (typeof body === "string") posted.push({ method, address: path, body: JSON.parse(body) });
  const said = override?.(path);
  if (said !== undefined) return Promise.resolve(Response.json(said));
  const found = answer(method, path.startsWith("/api/v2") ? path : `/recsflow${path}`, searchParams);
  return Promise.resolve(new Response(found?.body, { status: found?.status ?? 500 }));
}

let address = "";
function Address(): null {
  const { pathname, search } = useLocation();
  address = pathname + search;
  return null;
}

function open(at: string, props: { dagId?: string; runId?: string } = {}): void {
  render(
    <MemoryRouter initialEntries={[at]}>
      <Address />
      <Routes>
        <Route path="*" element={<ExperimentsPage {...props} />} />
      </Routes>
    </MemoryRouter>,
  );
}

const line = async (name: string): Promise<HTMLElement> => {
  const link = await screen.findByRole("link", { name });
  const found = link.closest("tr");
  if (found === null) throw new Error(`${name} is in no line`);
  return found;
};

test("a line says what an experiment is, how it stands beside the best baseline, and why it is red", async () => {
  open("/plugin/experiments");
  const good = await line("quick_test #13 · deep · basic");
  for (const text of ["complete_journey", "deep", "succeeded", "healthy", "0.153", "1.41×", "popularity"]) expect(within(good).getByText(text)).toBeDefined();
  expect(within(good).getByText("best of its group:")).toBeDefined();
  const red = await line("quick_test #12 · fast · basic");
  expect(within(red).getByText(/gradients collapsed at epoch 2 of 5/)).toBeDefined();
  expect(within(await line("quick_test #16 · fast · basic")).getByText("Trainer, epoch 3 of 10")).toBeDefined();
  expect(within(await line("quick_test #6 · fast · basic")).getByText("metrics missing")).toBeDefined();
  expect(within(await line("quick_test #7 · fast · basic")).getByText("run deleted")).toBeDefined();
});

test("experiments of other test rows stand in groups of their own, with the reason", async () => {
  open("/plugin/experiments");
  expect(await screen.findByText(/models are not ranked across groups/)).toBeDefined();
  expect(screen.getByText(/tested on 2017-11-06 to 2017-12-03 · 120,402 rows · 2 experiments/)).toBeDefined();
});

test("a facet, a sort and a pick are in the address", async () => {
  open("/plugin/experiments");
  await line("quick_test #13 · deep · basic");
  fireEvent.click(within(screen.getByRole("group", { name: "Filters" })).getByRole("button", { name: "Model" }));
  fireEvent.click(await screen.findByRole("checkbox", { name: /^deep/ }));
  fireEvent.click(await screen.findByRole("checkbox", { name: "Compare quick_test #13 · deep · basic" }));
  fireEvent.click(screen.getByRole("button", { name: "Metric and baseline" }));
  expect(address).toBe("/plugin/experiments?model=deep&pick=quick-test-13&sort=-lift");
});

test("without an experiment it says how to make the first", async () => {
  override = (path) => (path === "/api/experiments" ? { experiments: [], total: 0, next_cursor: null, index: { state: "ready", cards: 0, read: 0, error: null } } : undefined);
  open("/plugin/experiments");
  expect(await screen.findByText("No experiments yet")).toBeDefined();
  expect(screen.getByRole("link", { name: "quick_test" }).getAttribute("href")).toBe("/dags/quick_test");
});

test("an index that is being built says how far it is", async () => {
  override = (path) => (path === "/api/experiments" ? { experiments: ROWS.slice(0, 2), total: 2, next_cursor: null, index: { state: "building", cards: 5000, read: 1200, error: null } } : undefined);
  open("/plugin/experiments");
  expect(await screen.findByText(/1,200 of 5,000 experiments have been read/)).toBeDefined();
});

test("a red run says why before anything else, and its log is text", async () => {
  open("/plugin/experiments/e/quick-test-12");
  expect(await screen.findByText("Trainer: gradients collapsed at epoch 2 of 5: all towers' gradient norms are below 1e-7.")).toBeDefined();
  expect(screen.getByText("Try next: a learning rate of 0.01 or less, or clipnorm 1.0")).toBeDefined();
  expect(screen.getByLabelText("Log").textContent).toContain("<script>alert(0)</script>");
  expect(document.querySelector("script")).toBeNull();
});

test("each metric stands beside every baseline", async () => {
  open("/plugin/experiments/e/quick-test-13");
  const judged = (await screen.findByText("judged by")).closest("tr");
  expect(judged?.textContent).toMatch(/^recall@100judged by0.14231.31× popularity.*0.10860.095higher$/);
});

test("a link that is no web address is not offered", async () => {
  open("/plugin/experiments/e/quick-test-13");
  await screen.findByText("MLflow run ↗");
  cleanup();
  override = (path) => (path === "/api/experiments/x" ? { ...(JSON.parse(answer("GET", "/recsflow/api/experiments/quick-test-13", new URLSearchParams())?.body ?? "") as object), links: { mlflow: "javascript:alert(1)" } } : undefined);
  open("/plugin/experiments/e/x");
  await screen.findByText("Run again…");
  expect(screen.queryByText("MLflow run ↗")).toBeNull();
});

test("cancelling says what it stops, and then marks the run as failed", async () => {
  open("/plugin/experiments/e/quick-test-16");
  fireEvent.click(await screen.findByText("Cancel…"));
  expect(screen.getByText(/its pipeline job, which is at Trainer/)).toBeDefined();
  expect(posted).toEqual([]);
  await act(async () => {
    fireEvent.click(screen.getByText("Cancel the run"));
    await Promise.resolve();
  });
  expect(posted).toEqual([{ method: "PATCH", address: "/api/v2/dags/quick_test/dagRuns/manual__2026-11-28T10%3A16%3A00%2B00%3A00", body: { state: "failed" } }]);
});

test("running again shows what differs and posts it", async () => {
  open("/plugin/experiments/e/quick-test-13");
  fireEvent.click(await screen.findByText("Run again…"));
  expect(await screen.findByText(/Nothing differs/)).toBeDefined();
  fireEvent.change(screen.getByLabelText("Learning rate"), { target: { value: "0.05" } });
  expect(screen.getByText("One parameter differs")).toBeDefined();
  fireEvent.click(screen.getByRole("button", { name: "Run again" }));
  expect(await screen.findByText("Started")).toBeDefined();
  expect(posted).toEqual([{ method: "POST", address: "/api/v2/dags/quick_test/dagRuns", body: { logical_date: null, conf: { features: "basic", learning_rate: 0.05, epochs: 5 } } }]);
});

test("experiments that were tested on other rows are said not to be comparable, and none is the best", async () => {
  open("/plugin/experiments/compare?id=quick-test-13&id=quick-test-9");
  expect(await screen.findByText("Not comparable")).toBeDefined();
  expect(screen.queryByText("(best)")).toBeNull();
  cleanup();
  open("/plugin/experiments/compare?id=quick-test-13&id=quick-test-11");
  expect(await screen.findByText("Comparable")).toBeDefined();
  expect(screen.getAllByText("(best)").map((best) => best.closest("td")?.textContent)).toEqual(["0.153 (best)", "4.9 (best)"]);
});

test("a run's own place shows its experiment, and one that has none yet says so", async () => {
  open("/dags/quick_test/runs/x/plugin/experiment", { dagId: "quick_test", runId: row({ number: 13 }).run_id });
  expect(await screen.findByRole("heading", { name: "quick_test #13 · deep · basic" })).toBeDefined();
  cleanup();
  open("/dags/quick_test/runs/y/plugin/experiment", { dagId: "quick_test", runId: "unknown" });
  expect(await screen.findByText("This run has no experiment yet")).toBeDefined();
});

test("a DAG's own place lists its experiments alone", async () => {
  open("/dags/retraining_weekly/plugin/recsflow-experiments", { dagId: "retraining_weekly" });
  await line("retraining_weekly #9 · fast · basic");
  expect(screen.getByText("1 experiment")).toBeDefined();
});
