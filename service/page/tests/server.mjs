// What the browser in the tests talks to: the service, or its stand-in, behind a wire that listens,
// can be cut, and serves the answering camera's files beside.

import { readFileSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { connect } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml", ".wasm": "application/wasm" };
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Where a file of the page lies: in which folders, and by what name. */
function place(pathname) {
  if (pathname.startsWith("/models/")) return [[here("../../..")], pathname];
  if (pathname.startsWith("/selfsame/")) return [[here("../../../bindings/web/js"), here("../dist")], pathname.slice(10)];
  return [[here(".."), here("../dist")], pathname === "/" ? "index.html" : pathname];
}

export class Wire {
  /** Everything that the page has sent, as text. */
  heard = [];
  /** Bytes of static files that were served, by path. */
  weight = new Map();
  cut = false;
  #server;

  /** Before `upstream`, the service's host and port, or a stand-in; `layers`: the camera's folder. */
  static async start({ upstream, standIn, layers }) {
    const wire = new Wire();
    const body = (request) =>
      new Promise((resolve) => {
        const parts = [];
        request.on("data", (part) => parts.push(part)).on("end", () => resolve(Buffer.concat(parts)));
      });
    wire.#server = createServer(async (request, response) => {
      const { pathname } = new URL(request.url, "http://localhost");
      const sent = await body(request);
      wire.heard.push(`${request.method} ${request.url}\n${JSON.stringify(request.headers)}\n${sent.toString("latin1")}`);
      if (wire.cut) return request.socket.destroy();
      if (pathname.startsWith("/answering/")) return file(response, [here("answering"), layers], pathname.slice(11), {});
      if (upstream) return forward(request, response, sent, upstream, wire.weight);
      if (pathname.startsWith("/api/v1/")) {
        const [status, answer] = standIn.call(request, pathname.slice(8), sent.toString());
        return response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
      }
      const [folders, name] = place(pathname);
      file(response, folders, name, { "content-security-policy": POLICY, "permissions-policy": "camera=(self)" }, wire.weight);
    });
    wire.#server.on("upgrade", (request, socket, head) => {
      if (wire.cut) return socket.destroy();
      wire.sockets.add(socket);
      socket.on("close", () => wire.sockets.delete(socket));
      socket.on("error", () => socket.destroy());
      socket.on("data", (part) => wire.heard.push(part.toString("latin1")));
      if (!upstream) return standIn.face(request, socket);
      const onward = connect(upstream.port, upstream.host, () => {
        const lines = request.rawHeaders.flatMap((name, i, all) => (i % 2 ? [] : [`${name}: ${all[i + 1]}`]));
        onward.write(`GET ${request.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
        onward.write(head);
        socket.pipe(onward).pipe(socket);
      });
      onward.on("error", () => socket.destroy());
      socket.on("close", () => onward.destroy());
    });
    await new Promise((ready) => wire.#server.listen(0, "127.0.0.1", ready));
    wire.url = `http://127.0.0.1:${wire.#server.address().port}/`;
    return wire;
  }

  sockets = new Set();

  /** The network is away, or there again. */
  lose(away) {
    this.cut = away;
    if (away) this.sockets.forEach((socket) => socket.destroy());
  }

  stop() {
    this.sockets.forEach((socket) => socket.destroy());
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function file(response, folders, path, headers, weight) {
  const plain = normalize(path).replace(/^(\.\.[/\\])+/, "");
  for (const folder of folders) {
    try {
      const bytes = readFileSync(join(folder, plain));
      weight?.set(path, bytes.length);
      return response.writeHead(200, { "content-type": TYPES[extname(plain)] ?? "application/octet-stream", ...headers }).end(bytes);
    } catch {
      // Perhaps in the next one.
    }
  }
  response.writeHead(404).end();
}

function forward(request, response, sent, { host, port }, weight) {
  const onward = ask({ host, port, path: request.url, method: request.method, headers: request.headers }, (answer) => {
    let bytes = 0;
    answer.on("data", (part) => (bytes += part.length)).on("end", () => request.url.startsWith("/api") || weight.set(request.url, bytes));
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  onward.end(sent);
}
