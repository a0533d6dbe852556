import type { ReactNode } from "react";
import { Link } from "react-router-dom";

import { listAddress } from "../addresses";
import type { IndexStatus } from "../api/answers";

/** What a list without experiments says: how to make the first, or which filter hides them. */
export function NothingHere({ narrowed, index }: { narrowed: boolean; index: IndexStatus }): ReactNode {
  if (narrowed) {
    return (
      <div className="ex-empty">
        <h2>No experiment is like that</h2>
        <p>
          The filters leave nothing over. <Link to={listAddress()}>Show all experiments</Link>
        </p>
      </div>
    );
  }
  if (index.state === "building") return null;
  return (
    <div className="ex-empty">
      <h2>No experiments yet</h2>
      <p>
        Open <Link to="/dags/quick_test">quick_test</Link> and press <b>Trigger</b>: the form&rsquo;s defaults train a small model on a
        sample of the rows and compare it with recommending what is popular. It appears here as soon as its first task has run.
      </p>
      <p>
        By the command line: <code>airflow dags trigger quick_test</code>, or <code>make run</code> on one machine.
      </p>
    </div>
  );
}
