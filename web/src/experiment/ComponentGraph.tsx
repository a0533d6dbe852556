import { useId, useMemo } from "react";
import type { ReactNode } from "react";

import type { Experiment, PipelineComponent } from "../api/answers";
import { Shape } from "../elements/Shape";
import { StateMark } from "../elements/StateMark";
import { markOf } from "../wording/states";
import { duration } from "../wording/times";
import { graphOf } from "./graph";
import type { Node } from "./graph";

/** The pipeline's components with what lies between them, and the tasks around it; a table says the same in words. */
export function ComponentGraph({ components, tasks }: Pick<Experiment, "components" | "tasks">): ReactNode {
  const graph = useMemo(() => graphOf(components), [components]);
  const arrow = useId();
  return (
    <section>
      <h2>Pipeline</h2>
      {components.length === 0 ? (
        <p className="ex-muted">No pipeline job was submitted.</p>
      ) : (
        <>
          <div className="ex-graph" role="region" tabIndex={0} aria-label="Graph of the pipeline">
            <svg width={graph.width} height={graph.height} viewBox={`0 0 ${graph.width} ${graph.height}`} aria-hidden="true">
              <marker id={arrow} viewBox="0 0 8 8" refX="8" refY="4" markerWidth="6" markerHeight="6" orient="auto">
                <path d="M0 0 8 4 0 8Z" />
              </marker>
              {graph.edges.map(({ id, path }) => (
                <path key={id} className="ex-edge" d={path} markerEnd={`url(#${arrow})`} />
              ))}
              {graph.nodes.map((node) => (
                <GraphNode key={node.id} node={node} />
              ))}
            </svg>
          </div>
          <ComponentTable components={components} />
        </>
      )}
      {tasks.length > 0 && <TaskList tasks={tasks} />}
    </section>
  );
}

function GraphNode({ node }: { node: Node }): ReactNode {
  const { component, width, height, label } = node;
  const place = `translate(${Math.round(node.x - width / 2)} ${Math.round(node.y - height / 2)})`;
  if (component === null) {
    return (
      <g transform={place} className="ex-artifact">
        <rect width={width} height={height} rx={height / 2} />
        <text x={width / 2} y={height / 2 + 4} textAnchor="middle">
          {label}
        </text>
      </g>
    );
  }
  const mark = markOf(component.state);
  return (
    <g transform={place} className={`ex-node ex-${mark.tone}`}>
      <rect width={width} height={height} rx="5" />
      <foreignObject width={width} height={height}>
        <div className="ex-node-text">
          <span className="ex-cut">
            <Shape name={mark.shape} /> <b>{label}</b>
          </span>
          <span className="ex-muted ex-cut">{took(component)}</span>
        </div>
      </foreignObject>
    </g>
  );
}

function took(component: PipelineComponent): string {
  if (component.cached) return "taken from the cache";
  const words = markOf(component.state).word;
  return hasBegun(component) ? `${words}, ${duration(component.seconds)}` : words;
}

function hasBegun({ state, seconds }: PipelineComponent): boolean {
  return seconds !== null && state !== "pending";
}

function ComponentTable({ components }: { components: readonly PipelineComponent[] }): ReactNode {
  return (
    <div className="ex-table-box" tabIndex={0} role="region" aria-label="Components">
      <table className="ex-grid">
        <thead>
          <tr>
            <th scope="col">Component</th>
            <th scope="col">State</th>
            <th scope="col" className="ex-right">Took</th>
            <th scope="col">Cache</th>
          </tr>
        </thead>
        <tbody>
          {components.map((component) => (
            <tr key={component.name}>
              <th scope="row">{component.name}</th>
              <td>
                <StateMark state={component.state} />
              </td>
              <td className="ex-right">{duration(hasBegun(component) ? component.seconds : null)}</td>
              <td className="ex-muted">
                {component.cached ? "hit" : "–"}
                {component.cache_reason !== null && `: ${component.cache_reason}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TaskList({ tasks }: Pick<Experiment, "tasks">): ReactNode {
  return (
    <>
      <h3 className="ex-section">Tasks of the run</h3>
      <ol className="ex-tasks">
        {tasks.map(({ task_id: task, state, seconds }) => (
          <li key={task}>
            <StateMark state={state} /> <code>{task}</code> <span className="ex-muted">{seconds === null ? "" : duration(seconds)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}
