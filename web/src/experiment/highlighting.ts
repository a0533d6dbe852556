import type { ElementContent, Root } from "hast";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import sql from "highlight.js/lib/languages/sql";
import yaml from "highlight.js/lib/languages/yaml";
import { createElement } from "react";
import type { ReactNode } from "react";
import { createLowlight } from "lowlight";

const lowlight = createLowlight({ json, python, sql, yaml });

/** A text with its words coloured, as elements of React: no part of it is ever read as HTML. */
export function highlighted(text: string, language: string): ReactNode {
  return elements(lowlight.highlight(language, text).children);
}

function elements(nodes: readonly (ElementContent | Root["children"][number])[]): ReactNode[] {
  return nodes.map((node, index) => {
    if (node.type === "text") return node.value;
    if (node.type !== "element") return null;
    const { className } = node.properties;
    return createElement("span", { key: index, className: Array.isArray(className) ? className.join(" ") : undefined }, ...elements(node.children));
  });
}
