import type { ReactNode } from "react";

import { ListView } from "../list/ListView";

export function RunView({ dagId }: { dagId: string; runId: string }): ReactNode {
  return <ListView dagId={dagId} />;
}
