// The way of a picture to the server. A request of the old kind, because `fetch` does not say how much it has sent.
import { sha256 } from "./hash.ts";

/** Sends a picture and answers the id of its attachment; `progress` goes from 0 to 1. Ends with `signal`, whose reason it throws. */
export type Upload = (file: Blob, name: string, progress: (done: number) => void, signal: AbortSignal) => Promise<string>;

/** The server did not hear of it, or did not answer: another try may go well. */
export class NoConnection extends Error {
  /** `again`: the least time before the next try, in milliseconds; null where one makes no sense soon. */
  constructor(
    message: string,
    readonly again: number | null,
  ) {
    super(message);
  }
}

/** Longer than a server waits for a request. */
const PATIENCE_MS = 60_000;
/** The least times before the second try, the third and the last, in milliseconds. */
const AGAIN_MS = [1_000, 4_000, 15_000];
/** Nobody looks at a bar for longer than this because a server asks for patience. */
const LONGEST_MS = 30_000;

/** What an answer that is no picture's means. */
function refusal(request: XMLHttpRequest): Error {
  const { status } = request;
  if (status === 401) return new NoConnection("signed out", null);
  if (status !== 408 && status !== 429 && status < 500) return new Error(String(status));
  const asked = Number(request.getResponseHeader("Retry-After")) * 1_000 || 0;
  return new NoConnection(String(status), asked <= LONGEST_MS ? asked : null);
}

function once(address: string, file: Blob, key: string, progress: (done: number) => void, signal: AbortSignal): Promise<string> {
  return new Promise((done, failed) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const end = (): void => request.abort();
    signal.addEventListener("abort", end);
    request.onloadend = () => signal.removeEventListener("abort", end);
    request.onabort = () => failed(signal.reason);
    request.open("POST", address);
    request.setRequestHeader("Idempotency-Key", key);
    request.responseType = "json";
    request.timeout = PATIENCE_MS;
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      if (lengthComputable) progress(loaded / total);
    };
    request.onload = () => {
      const id = (request.response as { id?: unknown } | null)?.id;
      if (request.status === 200 && typeof id === "string") done(id);
      else failed(refusal(request));
    };
    request.onerror = request.ontimeout = () => failed(new NoConnection("no answer", navigator.onLine ? 0 : null));
    request.send(file);
  });
}

/**
 * What the same bytes are called wherever and however often they are sent there, by this page, another or a later one: so what
 * was kept although the answer was lost is not kept twice.
 */
async function keyOf(address: string, file: Blob): Promise<string> {
  return sha256(await new Blob([address, "\n", file]).arrayBuffer());
}

/** Lets time pass; at once when it is to end. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
}

/** Sends pictures to this address, each by itself, and again where the answer was lost; the answer names the attachment. */
export function uploadTo(address: string): Upload {
  return async (file, _name, progress, signal) => {
    const key = await keyOf(address, file);
    for (const least of AGAIN_MS) {
      try {
        return await once(address, file, key, progress, signal);
      } catch (error) {
        if (!(error instanceof NoConnection) || error.again === null) throw error;
        await pause(Math.max(least, error.again), signal);
      }
    }
    return once(address, file, key, progress, signal);
  };
}
