// A server of a test's own, with a data folder and a private Postgres of its own: to be killed.
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "@playwright/test";

function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run \`cargo xtask test --browser\``);
  return value;
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, "127.0.0.1", listening));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}

export class OwnServer {
  private process: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async start(): Promise<OwnServer> {
    const folder = mkdtempSync(join(tmpdir(), "scriptkeep-faults-"));
    // Postgres runs as somebody else where this runs as root.
    chmodSync(folder, 0o711);
    const server = new OwnServer(folder, await freePort());
    await server.startAgain();
    return server;
  }

  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  /** Starts it, on the same address and data, and waits until it is ready. */
  async startAgain(): Promise<void> {
    const [data, keys] = [join(this.folder, "data"), join(this.folder, "keys")];
    // The folder goes with the test; what the server said of faults of its own must not.
    const log = openSync(given("END2END_OWN_LOG"), "a");
    this.process = spawn(given("END2END_BINARY"), ["serve", "--data", data, "--keys", keys, "--listen", `127.0.0.1:${this.port}`], {
      stdio: ["ignore", log, log],
      env: { ...process.env, SCRIPTKEEP_ORIGIN: this.origin },
    });
    closeSync(log);
    await expect.poll(() => this.ready(), { message: "the server is ready", intervals: [50] }).toBe(true);
  }

  /** Runs a command of an operator's beside it; it must succeed. */
  async admin(command: string[]): Promise<void> {
    const [data, keys] = [join(this.folder, "data"), join(this.folder, "keys")];
    const child = spawn(given("END2END_BINARY"), ["admin", ...command, "--data", data, "--keys", keys, "--listen", `127.0.0.1:${this.port}`], {
      stdio: "ignore",
      env: { ...process.env, SCRIPTKEEP_ORIGIN: this.origin },
    });
    expect(await new Promise((ended) => child.once("exit", ended)), command.join(" ")).toBe(0);
  }

  /** `kill -9` of the server; its Postgres stays, and the next to start adopts it. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** `kill -9` of Postgres. */
  killPostgres(): void {
    const file = join(this.folder, "data/postgres/data/postmaster.pid");
    process.kill(Number(readFileSync(file, "utf8").split("\n")[0]), "SIGKILL");
  }

  /** `kill -9` of Postgres, which stays down: its folder is put away before, so that nobody finds anything to start again. */
  holdPostgresDown(): void {
    const data = join(this.folder, "data/postgres/data");
    const postmaster = Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]);
    renameSync(data, `${data}.away`);
    process.kill(postmaster, "SIGKILL");
  }

  /** Its folder is there again; the server sees that it died, and starts it. */
  letPostgresBack(): void {
    const data = join(this.folder, "data/postgres/data");
    renameSync(`${data}.away`, data);
  }

  async stop(): Promise<void> {
    await this.end("SIGTERM");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Whether it says that it can do its work. */
  async ready(): Promise<boolean> {
    try {
      return (await fetch(`http://127.0.0.1:${this.port}/readyz`)).ok;
    } catch {
      return false;
    }
  }

  private async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const running = this.process;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((exited) => running.once("exit", exited));
    running.kill(signal);
    await ended;
  }
}
