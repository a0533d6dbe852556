import { useEffect, useState } from "react";

/** The time in milliseconds, read anew every so often; every second where something runs. */
export function useNow(live: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), live ? 1000 : 60_000);
    return () => clearInterval(timer);
  }, [live]);
  return now;
}
