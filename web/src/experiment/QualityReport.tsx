import type { ReactNode } from "react";

import type { Quality } from "../api/answers";
import { apiAddress } from "../api/request";
import { Notice } from "../elements/Notice";
import { counted } from "../wording/numbers";

/** What the checks of the staged rows found, and their report in a frame that may run nothing. */
export function QualityReport({ id, quality }: { id: string; quality: Quality | null }): ReactNode {
  if (quality === null) return <Notice tone="calm">The rows have not been checked yet, or the run did not come so far.</Notice>;
  const report = apiAddress(`experiments/${encodeURIComponent(id)}/files/quality.html`);
  return (
    <section>
      <Notice
        tone={quality.failed > 0 ? "bad" : quality.warnings > 0 ? "doubt" : "good"}
        title={`${counted(quality.passed, "rule")} met, ${quality.failed} broken${quality.warnings > 0 ? `, ${counted(quality.warnings, "warning")}` : ""}`}
      >
        {quality.findings !== undefined && quality.findings.length > 0 && (
          <ul>
            {quality.findings.map((finding) => (
              <li key={finding}>{finding}</li>
            ))}
          </ul>
        )}
      </Notice>
      {quality.has_report && (
        <>
          <p>
            <a href={report} target="_blank" rel="noreferrer">
              Open the report by itself ↗
            </a>
          </p>
          <iframe className="ex-report" title="Report of the data quality checks" src={report} sandbox="" loading="lazy" />
        </>
      )}
    </section>
  );
}
