// The link's ports in a browser.
import type { Ports, Socket } from "./link.ts";

/** A WebSocket of the browser. */
function open(url: string): Socket {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const port: Socket = {
    // Our encoders answer arrays over buffers of their own.
    send: (bytes) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(bytes as Uint8Array<ArrayBuffer>);
    },
    close: () => socket.close(),
    onopen: null,
    onmessage: null,
    onclose: null,
  };
  socket.onopen = () => port.onopen?.();
  socket.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer) port.onmessage?.(new Uint8Array(data));
  };
  socket.onclose = ({ code, reason }) => port.onclose?.(code, reason);
  return port;
}

export const browserPorts: Ports = {
  connect: open,
  now: () => performance.now(),
  random: Math.random,
  after: (ms, act) => setTimeout(act, ms),
  cancel: (timer) => clearTimeout(timer as number | undefined),
};
