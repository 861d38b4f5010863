// The server as it comes. With BODY, a file with a document as one update, every document is read from there.
import { readFile } from "node:fs/promises";
import { applyUpdate } from "yjs";

const { BODY } = process.env;
if (BODY) {
  const { setPersistence } = await import("./node_modules/@y/websocket-server/src/utils.js");
  setPersistence({
    provider: null,
    bindState: async (_name, document) => applyUpdate(document, await readFile(BODY)),
    writeState: async () => {},
  });
}
await import("./node_modules/@y/websocket-server/src/server.js");
