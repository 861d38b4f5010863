// Sockets, a clock and chance that a test moves.
import type { Ports, Socket } from "../sync/link.ts";
import * as wire from "../sync/wire.ts";

export class FakeSocket implements Socket {
  readonly sent: wire.Heard[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((frame: Uint8Array) => void) | null = null;
  onclose: ((code: number, reason: string) => void) | null = null;
  send(bytes: Uint8Array): void {
    this.sent.push(...wire.read(bytes));
  }
  close(): void {
    this.closed = true;
  }
  updates(): Uint8Array[] {
    return this.sent.flatMap((message) => (message.kind === "step2" || message.kind === "update" ? [message.update] : []));
  }
}

export class FakePorts implements Ports {
  time = 0;
  chance = 0.5;
  readonly sockets: FakeSocket[] = [];
  private timers: { at: number; act: () => void }[] = [];

  connect(): Socket {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  }
  now(): number {
    return this.time;
  }
  random(): number {
    return this.chance;
  }
  after(ms: number, act: () => void): unknown {
    const timer = { at: this.time + ms, act };
    this.timers.push(timer);
    return timer;
  }
  cancel(timer: unknown): void {
    this.timers = this.timers.filter((other) => other !== timer);
  }
  /** Lets time pass, timer by timer. */
  pass(ms: number): void {
    const until = this.time + ms;
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.time = Math.max(this.time, next.at);
      next.act();
    }
    this.time = until;
  }
  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }
  hear(...messages: Uint8Array[]): void {
    for (const message of messages) this.socket.onmessage?.(message);
  }
}
