import { graphlib, layout } from "@dagrejs/dagre";

import type { PipelineComponent } from "../api/answers";

export interface Node {
  id: string;
  kind: "component" | "artifact";
  label: string;
  component: PipelineComponent | null;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Edge {
  id: string;
  path: string;
}

export interface Graph {
  nodes: Node[];
  edges: Edge[];
  width: number;
  height: number;
}

const COMPONENT = { width: 166, height: 46 };
const ARTIFACT_HEIGHT = 20;
const CHARACTER = 6.6;

/** The pipeline as a graph from left to right: components, and between them the artifacts that one makes and others read. */
export function graphOf(components: readonly PipelineComponent[]): Graph {
  const graph = new graphlib.Graph().setGraph({ rankdir: "LR", nodesep: 14, ranksep: 18, marginx: 4, marginy: 4 }).setDefaultEdgeLabel(() => ({}));
  const read = new Set(components.flatMap(({ inputs }) => inputs));
  for (const component of components) {
    graph.setNode(component.name, { ...COMPONENT });
    // What nobody reads would only make the picture wide.
    for (const output of component.outputs.map((name) => `${component.name}.${name}`)) {
      if (!read.has(output)) continue;
      graph.setNode(output, { width: labelOf(output).length * CHARACTER + 16, height: ARTIFACT_HEIGHT });
      graph.setEdge(component.name, output);
    }
  }
  for (const component of components) {
    for (const input of component.inputs) if (graph.hasNode(input)) graph.setEdge(input, component.name);
  }
  layout(graph);
  return drawn(graph, components);
}

function drawn(graph: graphlib.Graph, components: readonly PipelineComponent[]): Graph {
  const byName = new Map(components.map((component) => [component.name, component]));
  const nodes = graph.nodes().map((id): Node => {
    const { x, y, width, height } = graph.node(id) as Omit<Node, "id" | "kind" | "label" | "component">;
    const component = byName.get(id) ?? null;
    return { id, kind: component === null ? "artifact" : "component", label: component === null ? labelOf(id) : id, component, x, y, width, height };
  });
  const edges = graph.edges().map(({ v, w }): Edge => {
    const { points } = graph.edge(v, w) as { points: { x: number; y: number }[] };
    return { id: `${v}>${w}`, path: `M${points.map(({ x, y }) => `${Math.round(x)},${Math.round(y)}`).join(" L")}` };
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { nodes, edges, width: Math.ceil(width), height: Math.ceil(height) };
}

function labelOf(artifact: string): string {
  return artifact.slice(artifact.indexOf(".") + 1);
}
