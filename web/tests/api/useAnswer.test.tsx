import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { useAnswer } from "../../src/api/useAnswer";

interface Asked {
  address: string;
  etag: string | null;
}

let asked: Asked[];
let answers: (() => Response)[];

// The network is the edge; what is asked of it, and when, is what these tests are about.
beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  answers = [];
  vi.stubGlobal("fetch", (address: string, { headers }: RequestInit) => {
    asked.push({ address, etag: new Headers(headers).get("If-None-Match") });
    const next = answers.length > 1 ? answers.shift() : answers[0];
    return next === undefined ? Promise.reject(new TypeError("no network")) : Promise.resolve(next());
  });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  hide(false);
});

function hide(hidden: boolean): void {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}

const json = (body: unknown, etag: string) => (): Response => new Response(JSON.stringify(body), { headers: { ETag: etag } });
const unchanged = (): Response => new Response(null, { status: 304 });
const pass = (ms: number): Promise<void> => act(() => vi.advanceTimersByTimeAsync(ms).then(() => undefined));
const whileRunning = ({ running }: { running: boolean }): number | null => (running ? 2000 : null);

test("it asks while something runs, with the etag, and not any more after its end", async () => {
  answers = [json({ running: true }, "a"), unchanged, json({ running: false }, "b")];
  const { result } = renderHook(() => useAnswer("http://x/one", whileRunning));
  await pass(0);
  const first = result.current.body;
  await pass(2000);
  expect(result.current.body).toBe(first);
  await pass(2000);
  expect(result.current.body).toEqual({ running: false });
  await pass(60_000);
  expect(asked.map(({ etag }) => etag)).toEqual([null, "a", "a"]);
});

test("a hidden page asks nothing, and asks at once when it is looked at", async () => {
  answers = [json({ running: true }, "a")];
  renderHook(() => useAnswer("http://x/one", whileRunning));
  await pass(0);
  hide(true);
  await pass(60_000);
  expect(asked).toHaveLength(1);
  hide(false);
  await pass(0);
  expect(asked).toHaveLength(2);
});

test("a refusal is said in the server's words, and what was known stays", async () => {
  answers = [json({ running: true }, "a"), () => new Response(JSON.stringify({ detail: "no such thing" }), { status: 404 })];
  const { result } = renderHook(() => useAnswer("http://x/one", whileRunning));
  await pass(0);
  await pass(2000);
  expect(result.current.error?.message).toBe("no such thing");
  expect(result.current.body).toEqual({ running: true });
});

test("a server that does not answer is asked again", async () => {
  const { result } = renderHook(() => useAnswer("http://x/one", whileRunning));
  await pass(0);
  expect(result.current.error?.status).toBe(0);
  answers = [json({ running: false }, "a")];
  await pass(5000);
  expect(result.current).toMatchObject({ body: { running: false }, error: null });
});

test("another address shows nothing of the one before", async () => {
  answers = [json({ running: false }, "a")];
  const { result, rerender } = renderHook(({ address }) => useAnswer(address, whileRunning), { initialProps: { address: "http://x/one" } });
  await pass(0);
  rerender({ address: "http://x/two" });
  expect(result.current.body).toBeNull();
});

test("a list that was just opened is asked for again, and then left alone", async () => {
  answers = [json({ running: false }, "a"), unchanged];
  renderHook(() => useAnswer("http://x/list", (_body, count) => (count <= 2 ? 1000 : null)));
  await pass(60_000);
  expect(asked).toHaveLength(3);
});
