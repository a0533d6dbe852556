import { useEffect, useState } from "react";

import { ApiError, ask } from "./request";

export interface Answer<Body> {
  body: Body | null;
  /** Why the last request failed; the body before it stays. */
  error: ApiError | null;
}

/** Milliseconds until the next request after an answer, which is the how-manieth of this address; null for none. */
export type Interval<Body> = (body: Body, answers: number) => number | null;

interface Held<Body> extends Answer<Body> {
  address: string | null;
}

/**
 * What an address answers, asked again while it is worth it.
 *
 * @param address Null asks nothing.
 * @param interval When it is asked again. A hidden page asks nothing; one that is looked at again asks at once.
 * @param occasion Asks anew whenever it is another one: an action has been taken, or something has ended.
 * @returns The newest answer; the same object as long as the server says that nothing has changed.
 */
export function useAnswer<Body>(address: string | null, interval: Interval<Body>, occasion?: string | number | boolean): Answer<Body> {
  const [held, setHeld] = useState<Held<Body>>({ address: null, body: null, error: null });
  useEffect(() => {
    if (address === null) return undefined;
    return poll<Body>(address, interval, setHeld);
    // A new function of the same rule must not begin anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [address, occasion]);
  return held.address === address ? held : { body: null, error: null };
}

const RETRY_MS = 5000;

function poll<Body>(address: string, interval: Interval<Body>, hold: (held: Held<Body>) => void): () => void {
  const stopped = new AbortController();
  let etag: string | null = null;
  let body: Body | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  let answers = 0;

  async function once(): Promise<number | null> {
    try {
      const answer = await ask(address, { signal: stopped.signal, cache: "no-store", headers: etag === null ? {} : { "If-None-Match": etag } });
      if (answer.status !== 304) {
        etag = answer.headers.get("ETag");
        body = (await answer.json()) as Body;
      }
      answers += 1;
      hold({ address, body, error: null });
      return body === null ? null : interval(body, answers);
    } catch (error) {
      if (stopped.signal.aborted) return null;
      const known = error instanceof ApiError ? error : new ApiError("The server's answer cannot be read.", 0);
      hold({ address, body, error: known });
      return known.status === 0 || known.status >= 500 ? RETRY_MS : null;
    }
  }

  async function go(): Promise<void> {
    if (asking || document.hidden) return;
    asking = true;
    clearTimeout(timer);
    const next = await once();
    asking = false;
    if (next !== null && !stopped.signal.aborted) timer = setTimeout(() => void go(), next);
  }

  const seen = (): void => void go();
  document.addEventListener("visibilitychange", seen);
  void go();
  return () => {
    stopped.abort();
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seen);
  };
}
