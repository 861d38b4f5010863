// The way of a picture to the server. A request of the old kind, because `fetch` does not say how much it has sent.
import type { Upload } from "./plugins/pictures.ts";

/** The server did not hear of it, or did not answer: another try may go well. */
export class NoConnection extends Error {}

/** Longer than a server waits for a request. */
const PATIENCE_MS = 60_000;

/** Sends pictures to this address, each by itself; the answer names the attachment. */
export function uploadTo(address: string): Upload {
  return (file, _name, progress) =>
    new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      request.open("POST", address);
      request.setRequestHeader("Idempotency-Key", crypto.randomUUID());
      request.responseType = "json";
      request.timeout = PATIENCE_MS;
      request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
        if (lengthComputable) progress(loaded / total);
      };
      request.onload = () => {
        const { status } = request;
        const id = (request.response as { id?: unknown } | null)?.id;
        if (status === 200 && typeof id === "string") done(id);
        else if (status === 401 || status === 408 || status === 429 || status >= 500) failed(new NoConnection(String(status)));
        else failed(new Error(String(status)));
      };
      request.onerror = request.ontimeout = () => failed(new NoConnection("no answer"));
      request.send(file);
    });
}
