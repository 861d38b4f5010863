// A room for the editor alone: a page with the product's content policy and sheets, and a small server that speaks the
// editor's protocol and can be told to fail. What the product's own server does is tested with the product's own pages.
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { buildSync } from "esbuild";
import { type WebSocket, WebSocketServer } from "ws";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import * as Y from "yjs";
import * as wire from "../../app/editor/sync/wire.ts";

const root = new URL("../../", import.meta.url).pathname;

let built: { script: string; sheet: string } | undefined;

/** The editor and the sheet, bundled once for all tests of a worker. */
function bundle(): { script: string; sheet: string } {
  const target = ["chrome123", "firefox120", "safari17.5"];
  const build = (entry: string, external: string[]): string =>
    buildSync({ entryPoints: [root + entry], bundle: true, format: "esm", write: false, target, external, logLevel: "error" }).outputFiles[0]!.text;
  built ??= { script: build("app/editor/editor.ts", []), sheet: build("style/app.css", ["/fonts/*", "/icons*"]).replaceAll(/url\([^)]*\)/g, "none") };
  return built;
}

/** What `close()` without a code looks like from here; a page that goes says 1001, one that is killed nothing. */
const CLOSED_BY_SCRIPT = 1005;

/** A picture of one pixel. */
export const DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const PAGE = (nonce: string) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Room</title>
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<link rel="stylesheet" href="/app.css"></head>
<body><div class="app ed-app"><span></span><main class="paper"><div class="ed-main"><div class="ed-col">
<div class="ed-port"><div class="scroll"><div class="sheet"><h1 class="doc-title" dir="auto">A script</h1><div id="host"></div></div></div></div>
<button id="after">After</button></div></div></main></div>
<script type="module" nonce="${nonce}">
  import { mount } from "/editor.js";
  const asked = new URLSearchParams(location.search);
  window.told = {};
  window.all = [];
  const options = {
    url: "/room" + (asked.get("query") ?? ""), key: "record member", title: "A script",
    user: { id: asked.get("user") ?? "ann", name: asked.get("name") ?? "Ann" },
    readOnly: asked.has("readonly"), icons: "/icons.svg", attachments: "/attachments/", pace: 120,
  };
  const tell = (name, detail) => { window.told[name] = JSON.parse(detail); window.all.push([name, window.told[name]]); };
  const open = () => (window.editor = mount(document.getElementById("host"), JSON.stringify(options), tell, window.extras));
  window.again = () => { window.editor.destroy(); open(); };
  window.beside = () => {
    const host = document.getElementById("host").parentElement.appendChild(document.createElement("div"));
    window.second = mount(host, JSON.stringify({ ...options, key: "another member" }), (name, detail) => { if (name === "status") window.secondSays = JSON.parse(detail); });
  };
  open();
</script></body></html>`;

/** How the server behaves; tests change it. */
export interface Behaviour {
  /** Acknowledges updates; while false it holds the acknowledgements back. */
  acknowledges: boolean;
  /** Refuses new sockets, as a server that is down. */
  down: boolean;
  /** Closes each new socket with this code. */
  closesWith: number;
  /** Whether messages are kept from being sent on. */
  deaf: boolean;
}

interface Client {
  socket: WebSocket;
  heard: number;
  /** The Yjs clients it spoke for. */
  speaksFor: Set<number>;
  /** Whether it said goodbye, or was shown the door. */
  goes: boolean;
}

/** A running room. */
export class Room {
  readonly behaviour: Behaviour = { acknowledges: true, down: false, closesWith: 0, deaf: false };
  readonly doc = new Y.Doc();
  /** Bytes of every update that came in, in order. */
  readonly updates: Uint8Array[] = [];
  readonly queries: URLSearchParams[] = [];
  /** Awareness messages that came in. */
  presences = 0;
  /** How often a page gave up a connection with which nothing was wrong. */
  lost = 0;
  /** How often a test made a page do so. */
  wanted = 0;
  /** Violations of the content policy that pages reported. */
  readonly violations: string[] = [];
  private readonly awareness = new Awareness(this.doc);
  private readonly clients = new Set<Client>();
  private readonly server: Server;
  private readonly sockets = new WebSocketServer({ noServer: true });

  constructor() {
    this.awareness.setLocalState(null);
    this.awareness.on("update", ({ added, updated, removed }: Record<"added" | "updated" | "removed", number[]>, origin: Client) => {
      for (const id of added) origin.speaksFor.add(id);
      this.others(origin, wire.awareness(encodeAwarenessUpdate(this.awareness, [...added, ...updated, ...removed])));
    });
    this.server = createServer({ keepAliveTimeout: 0 }, (request, response) => this.answer(request, response));
    this.server.on("upgrade", (request, socket, head) => {
      if (this.behaviour.down) {
        (socket as Socket).destroy();
        return;
      }
      this.sockets.handleUpgrade(request, socket as Socket, head, (client) => this.join(client, request));
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.drop();
    this.awareness.destroy();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  /** How many are connected. */
  get connected(): number {
    return this.clients.size;
  }

  /** Cuts every connection. */
  drop(code?: number): void {
    for (const client of this.clients) {
      client.goes = true;
      if (code) client.socket.close(code);
      else client.socket.terminate();
    }
  }

  /** Lets go of the acknowledgements it held back, and holds none back from now on: a page gathers what is typed, so that the last of it may still be under way. */
  acknowledge(): void {
    this.behaviour.acknowledges = true;
    for (const { socket, heard } of this.clients) socket.send(wire.acknowledged(heard));
  }

  /** Says something to all. */
  say(message: Uint8Array): void {
    for (const { socket } of this.clients) socket.send(message);
  }

  /** The tree's content as XML, to look at. */
  get xml(): string {
    return this.doc.getXmlFragment("document").toString();
  }

  private answer(request: IncomingMessage, response: import("node:http").ServerResponse): void {
    const path = new URL(request.url ?? "/", "http://room").pathname;
    const send = (type: string, body: string, headers: Record<string, string> = {}): void => {
      response.writeHead(200, { "content-type": type, "cache-control": "no-store", ...headers }).end(body);
    };
    if (path === "/app.css") return send("text/css", bundle().sheet);
    if (path === "/editor.js") return send("text/javascript", bundle().script);
    if (path === "/violations") {
      request.on("data", (data: Buffer) => this.violations.push(data.toString()));
      request.on("end", () => send("text/plain", ""));
      return;
    }
    if (path.startsWith("/attachments/")) {
      response.writeHead(200, { "content-type": "image/png" }).end(Buffer.from(DOT, "base64"));
      return;
    }
    if (path !== "/") {
      response.writeHead(path === "/favicon.ico" || path.endsWith(".svg") ? 204 : 404).end();
      return;
    }
    const nonce = "cm9vbQ";
    const policy =
      `default-src 'none'; script-src 'strict-dynamic' 'nonce-${nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; ` +
      "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; report-uri /violations";
    send("text/html", PAGE(nonce), { "content-security-policy": policy, "cross-origin-opener-policy": "same-origin" });
  }

  private join(socket: WebSocket, request: IncomingMessage): void {
    this.queries.push(new URL(request.url ?? "/", "http://room").searchParams);
    if (this.behaviour.closesWith) {
      socket.close(this.behaviour.closesWith);
      return;
    }
    const client: Client = { socket, heard: 0, speaksFor: new Set(), goes: false };
    this.clients.add(client);
    socket.on("message", (data: Buffer) => this.hear(client, new Uint8Array(data)));
    socket.on("close", (code) => {
      this.clients.delete(client);
      if (code === CLOSED_BY_SCRIPT && !client.goes && this.answersAll()) this.lost += 1;
      removeAwarenessStates(this.awareness, [...client.speaksFor], client);
    });
    socket.on("error", () => socket.terminate());
    socket.send(wire.step1(Y.encodeStateVector(this.doc)));
    socket.send(wire.awareness(encodeAwarenessUpdate(this.awareness, [...this.awareness.getStates().keys()])));
  }

  private hear(client: Client, frame: Uint8Array): void {
    if (this.behaviour.deaf) return;
    for (const message of wire.read(frame)) {
      if (message.kind === "step1") client.socket.send(wire.step2(Y.encodeStateAsUpdate(this.doc, message.vector)));
      if (message.kind === "step2" || message.kind === "update") {
        client.heard += 1;
        this.updates.push(message.update);
        Y.applyUpdate(this.doc, message.update, client);
        this.others(client, wire.update(message.update));
        if (this.behaviour.acknowledges) client.socket.send(wire.acknowledged(client.heard));
      }
      if (message.kind === "awareness") {
        this.presences += 1;
        applyAwarenessUpdate(this.awareness, message.update, client);
        client.goes ||= client.speaksFor.size > 0 && [...client.speaksFor].every((id) => !this.awareness.getStates().has(id));
      }
    }
  }

  /** Whether nobody has a reason to take the connection for dead. */
  private answersAll(): boolean {
    const { acknowledges, deaf } = this.behaviour;
    return acknowledges && !deaf;
  }

  private others(client: Client, frame: Uint8Array): void {
    for (const other of this.clients) {
      if (other !== client) other.socket.send(frame);
    }
  }
}
