// Writes the page's bundle: `node bundling/bundle.mjs [FOLDER]`; the same sources give the same bytes.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { airflowGlobals } from "./airflow_globals.mjs";
import { firstView } from "./first_view.mjs";
import { licenses } from "./licenses.mjs";

const WEB = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const folder = resolve(process.argv[2] ?? join(WEB, "..", "plugins", "recsflow", "page", "static"));

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const { metafile } = await build({
  // Paths in hashes start from here, so that no place of a checkout changes a name.
  absWorkingDir: WEB,
  entryPoints: { experiments: "src/main.tsx" },
  outdir: folder,
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  minify: true,
  legalComments: "none",
  loader: { ".css": "text" },
  metafile: true,
  plugins: [airflowGlobals],
  logLevel: "warning",
});
writeFileSync(join(folder, "LICENSES.txt"), licenses(metafile, WEB));
const bytes = firstView(metafile, WEB, relative(WEB, join(folder, "experiments.js")));
console.log(`${relative(process.cwd(), folder)}: the first view loads ${(bytes / 1000).toFixed(1)} kB by gzip`);
