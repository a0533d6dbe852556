import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const MAX_BYTES = 100_000;

/**
 * Size of what a browser loads before it shows anything: the entry and all that it imports, but for what it asks for later.
 *
 * @param {{outputs: Record<string, {imports: {path: string, kind: string}[]}>}} metafile What esbuild says it has written.
 * @param {string} root The folder that its paths start from.
 * @param {string} entry The path of the entry.
 * @returns {number} Bytes, each file compressed by gzip.
 * @throws {Error} They are too many.
 */
export function firstView(metafile, root, entry) {
  const files = new Set([entry]);
  for (const file of files) {
    for (const { path, kind } of metafile.outputs[file].imports) if (kind === "import-statement") files.add(path);
  }
  const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(root, file))).length, 0);
  if (bytes > MAX_BYTES) throw new Error(`the first view loads ${bytes} bytes by gzip; ${MAX_BYTES} at most. Load what it does not show by import().`);
  return bytes;
}
