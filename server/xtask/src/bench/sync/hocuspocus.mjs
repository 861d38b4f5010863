// The server as it comes. With BODY, a file with a document as one update, every document is read from there, as its
// database extension does.
import { readFile } from "node:fs/promises";
import { Server } from "@hocuspocus/server";
import { applyUpdate } from "yjs";

const { PORT, BODY } = process.env;
const server = new Server({
  address: "127.0.0.1",
  port: Number(PORT),
  quiet: true,
  ...(BODY && { onLoadDocument: async ({ document }) => applyUpdate(document, await readFile(BODY)) }),
});
await server.listen();
