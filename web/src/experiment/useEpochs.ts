import { useState } from "react";

import type { Epoch, Epochs } from "../api/answers";
import { apiAddress } from "../api/request";
import { useAnswer } from "../api/useAnswer";
import type { ApiError } from "../api/request";

const OPEN_MS = 2000;

export interface KnownEpochs {
  /** In their order; null until the first answer. */
  epochs: Epoch[] | null;
  error: ApiError | null;
}

/** The epochs of an experiment; while it trains, only what came after the last known one is asked for. */
export function useEpochs(id: string, live: boolean): KnownEpochs {
  const [known, setKnown] = useState<Epoch[]>([]);
  const last = known.at(-1)?.epoch;
  const { body, error } = useAnswer<Epochs>(
    apiAddress(`experiments/${encodeURIComponent(id)}/epochs${last === undefined ? "" : `?after=${last}`}`),
    () => (live ? OPEN_MS : null),
    live,
  );
  const fresh = (body?.epochs ?? []).filter(({ epoch }) => last === undefined || epoch > last);
  if (fresh.length > 0) setKnown([...known, ...fresh]);
  return { epochs: body === null && known.length === 0 ? null : known, error };
}
