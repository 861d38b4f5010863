// A network of one's own for each test: a small proxy that reaches the server from another address of the loopback, so
// that no test spends another's rate limit. The browser sees the server's own address, as always.
import http from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { Page } from "@playwright/test";
import * as wire from "../../app/editor/sync/wire.ts";

/** What went through a slow link: updates that the page sent on its present connection, and of how many it has been told since
 * that they are durable. */
export interface Through {
  sent: number;
  acknowledged: number;
}

/** Holds every message of the pages' rooms, there and back, until they are let through; their order stays. To be called before the
 * page is opened; until `hold` is set everything passes. */
export async function heldSockets(page: Page): Promise<Through & { hold: boolean; letThrough(): void }> {
  const waiting: (() => void)[] = [];
  const letThrough = (): void => {
    for (let send = waiting.shift(); send; send = waiting.shift()) send();
  };
  const link = { sent: 0, acknowledged: 0, hold: false, letThrough };
  const passing = (send: () => void): void => void (link.hold ? waiting.push(send) : send());
  await page.routeWebSocket(/\/ws\/records\//, (socket) => {
    const server = socket.connectToServer();
    Object.assign(link, { sent: 0, acknowledged: 0 });
    socket.onMessage((message) => {
      for (const { kind } of wire.read(new Uint8Array(message as Buffer))) if (kind === "step2" || kind === "update") link.sent += 1;
      passing(() => server.send(message));
    });
    server.onMessage((message) => {
      passing(() => {
        for (const heard of wire.read(new Uint8Array(message as Buffer))) if (heard.kind === "acknowledged") link.acknowledged = heard.count;
        socket.send(message);
      });
    });
  });
  return link;
}

/** A proxy to name in a context's options. */
export interface Network {
  proxy: { server: string };
  close(): Promise<void>;
}

let networks = 0;

/** Opens a network that no other test has. */
export async function openNetwork(worker: number): Promise<Network> {
  networks += 1;
  const localAddress = `127.${1 + (worker % 200)}.${Math.floor(networks / 200) % 200}.${1 + (networks % 200)}`;
  const agent = new http.Agent({ keepAlive: true, localAddress });
  const tunnels = new Set<Socket>();
  // This proxy's own connections live as long as the test: one that it closed at the moment it is used again would be a request
  // without an answer. How long the product keeps its own is the product's.
  const server = http.createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const target = new URL(request.url!);
    const onward = http.request(
      {
        agent,
        host: "127.0.0.1",
        port: target.port,
        method: request.method,
        path: target.pathname + target.search,
        headers: request.headers,
      },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.rawHeaders);
        answer.pipe(response);
      },
    );
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  // Requests outside of a page come through a tunnel.
  server.on("connect", (request: http.IncomingMessage, client: Socket, head: Buffer) => {
    const port = Number(new URL(`http://${request.url}`).port);
    const onward = connect({ host: "127.0.0.1", port, localAddress }, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.write(head);
      onward.pipe(client).pipe(onward);
    });
    onward.on("error", () => client.destroy());
    client.on("error", () => onward.destroy());
    tunnels.add(client).add(onward);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    proxy: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    close: () =>
      new Promise((closed) => {
        agent.destroy();
        server.close(() => closed());
        for (const end of tunnels) end.destroy();
        server.closeAllConnections();
      }),
  };
}
