import type { ReactNode } from "react";

import { Notice } from "../elements/Notice";

export function ExperimentView({ id }: { id: string }): ReactNode {
  return <Notice tone="calm" title={id} />;
}
