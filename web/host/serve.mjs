// Serves the built page in a host of its own, with the experiments of the tests: `npm run host`, then http://127.0.0.1:8099
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { answer } from "../tests/fixtures/server.ts";

const WEB = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const STATIC = join(WEB, "..", "plugins", "recsflow", "page", "static");
const PORT = Number(process.env.PORT ?? 8099);

const { outputFiles } = await build({
  absWorkingDir: WEB,
  entryPoints: ["host/host.tsx"],
  bundle: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  write: false,
  define: { "process.env.NODE_ENV": '"production"' },
});
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<base href="/"><title>Experiments</title><link rel="stylesheet" href="/host.css"></head>
<body><script type="module" src="/host.js"></script></body></html>`;

function page(path) {
  if (path === "/host.js") return ["text/javascript", outputFiles[0].text];
  if (path === "/host.css") return ["text/css", readFileSync(join(WEB, "host", "theme.css"))];
  if (path.startsWith("/recsflow/static/")) return ["text/javascript", readFileSync(join(STATIC, normalize(path.slice(17))))];
  return ["text/html", PAGE];
}

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://host");
  const json = answer(request.method, pathname, searchParams);
  if (json !== null) {
    response.writeHead(json.status, { "Content-Type": json.type });
    response.end(json.body);
    return;
  }
  const [type, body] = page(pathname);
  response.writeHead(200, { "Content-Type": type });
  response.end(body);
}).listen(PORT, "127.0.0.1", () => console.log(`http://127.0.0.1:${PORT}/plugin/experiments`));
