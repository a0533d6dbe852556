import type { ReactNode } from "react";

import type { ExperimentFile, Quality } from "../api/answers";
import { apiAddress } from "../api/request";
import { Notice } from "../elements/Notice";
import { counted } from "../wording/numbers";

interface Props {
  id: string;
  quality: Quality | null;
  files: readonly ExperimentFile[];
}

/** What the checks of the staged rows found, and their report in a frame that may run nothing. */
export function QualityReport({ id, quality, files }: Props): ReactNode {
  if (quality === null) return <Notice tone="calm">The rows have not been checked yet, or the run did not come so far.</Notice>;
  const report = files.find(({ kind }) => kind === "html");
  return (
    <section>
      <Notice
        tone={quality.failed > 0 ? "bad" : quality.warnings > 0 ? "doubt" : "good"}
        title={`${counted(quality.passed, "rule")} met, ${quality.failed} broken${quality.warnings > 0 ? `, ${counted(quality.warnings, "warning")}` : ""}`}
      >
        {quality.findings.length > 0 && (
          <ul>
            {quality.findings.map((finding) => (
              <li key={finding}>{finding}</li>
            ))}
          </ul>
        )}
      </Notice>
      {report !== undefined && <Report address={apiAddress(`experiments/${encodeURIComponent(id)}/files/${encodeURIComponent(report.name)}`)} />}
    </section>
  );
}

function Report({ address }: { address: string }): ReactNode {
  return (
    <>
      <p>
        <a href={address} target="_blank" rel="noreferrer">
          Open the report by itself ↗
        </a>
      </p>
      <iframe className="ex-report" title="Report of the data quality checks" src={address} sandbox="" loading="lazy" />
    </>
  );
}
