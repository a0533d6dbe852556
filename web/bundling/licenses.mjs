import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const LICENSE_FILE = /^(licen[cs]e|copying)(\.|$)/i;
const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
// Bundles of other packages' code, whose own notices are not among their files.
const RULE = "=".repeat(100);

/**
 * The licences of what is in a bundle.
 *
 * @param {{inputs: Record<string, unknown>}} metafile What esbuild says it has read.
 * @param {string} root The folder that its paths start from.
 * @returns {string} The text, package after package by name.
 * @throws {Error} A package has no licence file.
 */
export function licenses(metafile, root) {
  const folders = new Set(Object.keys(metafile.inputs).flatMap((input) => PACKAGE.exec(input)?.[1] ?? []));
  const texts = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const file = readdirSync(join(root, folder)).sort().find((entry) => LICENSE_FILE.test(entry));
    if (file === undefined) throw new Error(`${folder}: no licence file, so it cannot be bundled; its package.json says ${license}.`);
    const text = readFileSync(join(root, folder, file), "utf8").replaceAll("\r\n", "\n").trim();
    return `${name} ${version} (${license})\n${RULE}\n\n${text}\n`;
  });
  return texts.sort().join(`\n${RULE}\n`);
}
