// The server of the page tests: the npm package under /package/, the playground under /, and replies that take their
// time. It counts what is under way.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const root = here("../../target/");
const mediaTypes = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};
/** The policy under which everything is tested; scripts and wasm as in the server of `cargo xtask play`. */
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src *; worker-src 'self'";

/** How long a slow reply takes. */
export const SLOW_MS = 200;

export async function serve() {
  const counts = { underWay: 0, most: 0, abandoned: 0 };

  function slow(request, response) {
    counts.underWay++;
    counts.most = Math.max(counts.most, counts.underWay);
    let answered = false;
    const timer = setTimeout(() => {
      answered = true;
      counts.underWay--;
      const [, kind, number] = new URL(request.url, "http://local").pathname.split("/");
      response.writeHead(kind === "fail" ? 500 : 200, { "content-type": "application/json", "access-control-allow-origin": "*" });
      response.end(JSON.stringify({ number: Number(number) }));
    }, SLOW_MS);
    response.on("close", () => {
      if (answered) return;
      clearTimeout(timer);
      counts.underWay--;
      counts.abandoned++;
    });
  }

  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://local").pathname));
    if (path.startsWith("/slow/") || path.startsWith("/fail/")) return slow(request, response);
    if (path === "/blank") {
      response.writeHead(200, { "content-type": "text/html", "content-security-policy": policy });
      return response.end("<!doctype html><title>blank</title>");
    }
    const file = path.startsWith("/package/") ? join(root, "npm", path)
      : path.startsWith("/files/") ? here(`.${path}`)
      : path.startsWith("/test/") ? here(`../../pkg-config${path}`)
      : join(root, "www", path === "/" ? "index.html" : path);
    try {
      const body = await readFile(file);
      const type = mediaTypes[extname(file)] ?? "text/plain";
      response.writeHead(200, { "content-type": type, "content-security-policy": policy, "cache-control": "no-store" });
      response.end(body);
    } catch {
      response.writeHead(404).end("not found");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    counts,
    close: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())),
  };
}
