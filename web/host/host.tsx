// A page that hands the bundle what Airflow's own page hands it, to look at it without an Airflow.
import * as React from "react";
import * as ReactJSXRuntime from "react/jsx-runtime";
import * as ReactDOM from "react-dom";
import { createRoot } from "react-dom/client";
import * as ReactRouterDOM from "react-router-dom";

Object.assign(globalThis, { React, ReactDOM, ReactJSXRuntime, ReactRouterDOM });
const { BrowserRouter, Route, Routes, useParams } = ReactRouterDOM;

await import(/* a path that only the server knows */ new URL("/recsflow/static/experiments.js", location.href).href);
const Page = (globalThis as unknown as { Experiments: React.FC<{ dagId?: string | undefined; runId?: string | undefined }> }).Experiments;

function Place(): React.ReactNode {
  const { dagId, runId } = useParams();
  return <Page dagId={dagId} runId={runId} />;
}

document.documentElement.classList.add(new URLSearchParams(location.search).has("dark") ? "dark" : "light");
createRoot(document.body.appendChild(document.createElement("main"))).render(
  <BrowserRouter>
    <Routes>
      <Route path="/dags/:dagId/runs/:runId/plugin/experiment" element={<Place />} />
      <Route path="/dags/:dagId/plugin/dag-experiments" element={<Place />} />
      <Route path="*" element={<Place />} />
    </Routes>
  </BrowserRouter>,
);
