// Somebody with a workspace and as many records as asked for, made through the public API.
// Arguments: origin, count. Prints {cookie, workspace, records}.
import { randomUUID } from "node:crypto";

const [origin, count] = process.argv.slice(1);
const password = "nine quiet terns over the dock";
const email = `bench-${randomUUID().slice(0, 8)}@example.org`;
let cookie = "";

const call = async (operation, body) => {
  const headers = {
    "Content-Type": "application/json",
    "Sec-Fetch-Site": "same-origin",
    "Idempotency-Key": randomUUID(),
    Cookie: cookie,
  };
  const answer = await fetch(`${origin}/api/v1/${operation}`, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${text}`);
  const set = answer.headers.getSetCookie().map((one) => one.split(";")[0]);
  if (set.length > 0) cookie = set.join("; ");
  return JSON.parse(text);
};

const token = async () => {
  for (let tries = 0; tries < 200; tries += 1) {
    const mails = await (await fetch(`${origin}/dev/mail.json`)).json();
    const found = mails.filter((mail) => mail.to === email).map((mail) => /\/verify\/([A-Za-z0-9_-]+)/.exec(mail.text)?.[1]);
    if (found[0]) return found[0];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("no mail came");
};

await call("account.sign_up", { name: "Bench", email, password });
await call("account.verify", { token: await token() });
await call("session.sign_in", { email, password });
const { id: workspace } = await call("workspace.create", { name: "Bench" });
const records = [];
for (let number = 0; number < Number(count); number += 1) {
  records.push((await call("record.create", { workspace, title: `Room ${number}` })).id);
}
console.log(JSON.stringify({ cookie, workspace, records }));
