// The two dialects of WebDriver: Firefox speaks BiDi itself, over a WebSocket; WebKit's driver speaks the classic one, over
// HTTP. Neither needs a library.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import type { Driver } from "./driven.ts";

/** How large the window of each person is. */
export interface Size {
  width: number;
  height: number;
}

const json = (expression: string): string => `Promise.resolve(${expression}).then((found) => JSON.stringify(found) ?? "null")`;

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once("exit", done));
  child.kill();
  await gone;
}

/** What BiDi says: an answer to a command, or something that happened. */
interface Message {
  id?: number;
  type: string;
  result: unknown;
  params?: { level: string; text: string };
}

/** A Firefox with a person in each of its containers. */
export class Firefox {
  private readonly waiting = new Map<number, (answer: Message) => void>();
  private count = 0;
  /** What scripts and pages complained about. */
  readonly complaints: string[] = [];

  private constructor(
    private readonly process: ChildProcess,
    private readonly socket: WebSocket,
    private readonly profile: string,
  ) {
    socket.on("message", (data: Buffer) => this.hear(JSON.parse(data.toString()) as Message));
  }

  static async open(binary: string): Promise<Firefox> {
    const profile = mkdtempSync(join(tmpdir(), "scriptkeep-firefox-"));
    const process = spawn(binary, ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"], { stdio: ["ignore", "ignore", "pipe"] });
    const address = await new Promise<string>((found, failed) => {
      let said = "";
      process.stderr!.on("data", (data: Buffer) => {
        said += data.toString();
        const line = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(said);
        if (line) found(line[1]!);
      });
      process.once("exit", () => failed(new Error(`Firefox ended: ${said}`)));
      process.once("error", failed);
    });
    const socket = new WebSocket(`${address}/session`);
    await new Promise((open, failed) => socket.once("open", open).once("error", failed));
    const firefox = new Firefox(process, socket, profile);
    await firefox.send("session.new", { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });
    await firefox.send("session.subscribe", { events: ["log.entryAdded"] });
    return firefox;
  }

  /** A window for somebody with cookies of their own. */
  async person({ width, height }: Size): Promise<Driver> {
    const { userContext } = (await this.send("browser.createUserContext", { acceptInsecureCerts: true })) as { userContext: string };
    const { context } = (await this.send("browsingContext.create", { type: "window", userContext })) as { context: string };
    await this.send("browsingContext.setViewport", { context, viewport: { width, height } });
    return {
      navigate: async (url) => void (await this.send("browsingContext.navigate", { context, url, wait: "interactive" })),
      run: async (expression) => {
        const answer = (await this.send("script.evaluate", { expression: json(expression), target: { context }, awaitPromise: true })) as {
          type: string;
          result?: { value: string };
          exceptionDetails?: { text: string };
        };
        if (answer.type !== "success") throw new Error(answer.exceptionDetails?.text);
        return JSON.parse(answer.result!.value) as unknown;
      },
      act: async (actions) => {
        // Of several windows one has the focus: that of the person who acts.
        await this.send("browsingContext.activate", { context });
        await this.send("input.performActions", { context, actions });
      },
      picture: async () => Buffer.from(((await this.send("browsingContext.captureScreenshot", { context })) as { data: string }).data, "base64"),
    };
  }

  async close(): Promise<void> {
    this.socket.terminate();
    await ended(this.process);
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  private send(method: string, params: object): Promise<unknown> {
    const id = ++this.count;
    return new Promise((well, failed) => {
      this.waiting.set(id, (answer) => (answer.type === "success" ? well(answer.result) : failed(new Error(`${method}: ${JSON.stringify(answer)}`))));
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }

  private hear(message: Message): void {
    if (message.id !== undefined) this.waiting.get(message.id)?.(message);
    else if (message.params?.level === "error") this.complaints.push(message.params.text);
  }
}

/** A WebKit of one person: its driver serves one session. Needs a display; Xvfb makes one. */
export class WebKit {
  private constructor(
    private readonly processes: ChildProcess[],
    private readonly session: string,
  ) {}

  static async open(binaries: { driver: string; browser: string; display: string }, { width, height }: Size): Promise<WebKit & Driver> {
    const screen = spawn(binaries.display, ["-displayfd", "3", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
    const display = await new Promise<string>((found, failed) => {
      screen.stdio[3]!.once("data", (data: Buffer) => found(`:${data.toString().trim()}`));
      screen.once("exit", () => failed(new Error("Xvfb ended")));
      screen.once("error", failed);
    });
    const port = await freePort();
    const driver = spawn(binaries.driver, [`--port=${port}`, "--host=127.0.0.1"], { env: { ...process.env, DISPLAY: display }, stdio: "ignore" });
    const base = `http://127.0.0.1:${port}/session`;
    await answering(`http://127.0.0.1:${port}/status`, driver);
    const made = (await asked("POST", base, {
      capabilities: { alwaysMatch: { acceptInsecureCerts: true, "webkitgtk:browserOptions": { binary: binaries.browser, args: ["--automation"] } } },
    })) as { sessionId: string };
    const webkit = new WebKit([driver, screen], `${base}/${made.sessionId}`);
    await asked("POST", `${webkit.session}/window/rect`, { width, height });
    return webkit as WebKit & Driver;
  }

  async navigate(url: string): Promise<void> {
    await asked("POST", `${this.session}/url`, { url });
  }

  async run(expression: string): Promise<unknown> {
    return JSON.parse((await asked("POST", `${this.session}/execute/sync`, { script: `return ${json(expression)}`, args: [] })) as string) as unknown;
  }

  async act(actions: object[]): Promise<void> {
    await asked("POST", `${this.session}/actions`, { actions });
  }

  async picture(): Promise<Buffer> {
    return Buffer.from((await asked("GET", `${this.session}/screenshot`)) as string, "base64");
  }

  async close(): Promise<void> {
    await asked("DELETE", this.session);
    for (const process of this.processes) await ended(process);
  }
}

async function asked(method: string, url: string, body?: object): Promise<unknown> {
  const answer = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = (await answer.json()) as { value: unknown };
  if (!answer.ok) throw new Error(`${method} ${url}: ${JSON.stringify(value)}`);
  return value;
}

/** Waits until a driver that was just started answers. */
async function answering(url: string, driver: ChildProcess): Promise<void> {
  while (driver.exitCode === null) {
    const well = await fetch(url).then(() => true, () => false);
    if (well) return;
    await pause(20);
  }
  throw new Error("the driver ended");
}

async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => found(port));
    });
  });
}
