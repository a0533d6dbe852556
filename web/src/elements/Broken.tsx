import { Component } from "react";
import type { ReactNode } from "react";

import { Notice } from "./Notice";

interface Props {
  children: ReactNode;
}

/** Says what broke in place of what it holds, so that a fault of the page leaves Airflow's own page standing. */
export class Broken extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <Notice tone="bad" title="This page has a fault">
        {this.state.error.message} Load it again; if that does not help, the browser&rsquo;s console has the details.
      </Notice>
    );
  }
}
