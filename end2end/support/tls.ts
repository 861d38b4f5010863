// TLS in front of the server, as an operator's proxy has it: ends the encryption and passes every byte on. Its certificate is
// made for the moment and known to nobody, so that what trusts it must be told to.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";

function certificate(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), "scriptkeep-tls-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  execFileSync("openssl", ["req", "-x509", ...kind, "-days", "2", ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const made = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return made;
}

/** Listens on `port` and passes on to `target`; answers how to stop. */
export async function openTls(port: number, target: number): Promise<() => Promise<void>> {
  const open = new Set<Socket>();
  const server = createServer({ ...certificate(), minVersion: "TLSv1.2" }, (inside) => {
    const onward = connect(target, "127.0.0.1");
    inside.pipe(onward).pipe(inside);
    for (const [one, other] of [[inside, onward], [onward, inside]] as [Socket, Socket][]) {
      open.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => open.delete(one));
    }
  });
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
  return () =>
    new Promise((closed) => {
      server.close(() => closed());
      for (const socket of open) socket.destroy();
    });
}
