// A workspace with as many members and records as asked for, made through the public API.
// Arguments: origin, members, records. Prints {cookies, workspace, records}.
import { randomUUID } from "node:crypto";

const [origin, members, count] = process.argv.slice(1);
const password = "nine quiet terns over the dock";
const emails = Array.from({ length: Number(members) }, () => `bench-${randomUUID().slice(0, 8)}@example.org`);
const cookies = emails.map(() => "");

const call = async (who, operation, body) => {
  const headers = {
    "Content-Type": "application/json",
    "Sec-Fetch-Site": "same-origin",
    "Idempotency-Key": randomUUID(),
    Cookie: cookies[who],
  };
  const answer = await fetch(`${origin}/api/v1/${operation}`, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${text}`);
  const set = answer.headers.getSetCookie().map((one) => one.split(";")[0]);
  if (set.length > 0) cookies[who] = set.join("; ");
  return JSON.parse(text);
};

const token = async (who, kind) => {
  for (let tries = 0; tries < 400; tries += 1) {
    const mails = await (await fetch(`${origin}/dev/mail.json`)).json();
    const texts = mails.filter((mail) => mail.to === emails[who]).map((mail) => mail.text);
    const found = texts.map((text) => new RegExp(`/${kind}/([A-Za-z0-9_-]+)`).exec(text)?.[1]).find(Boolean);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("no mail came");
};

await call(0, "account.sign_up", { name: "Member 0", email: emails[0], password });
await call(0, "account.verify", { token: await token(0, "verify") });
await call(0, "session.sign_in", { email: emails[0], password });
const { id: workspace } = await call(0, "workspace.create", { name: "Bench" });
for (let who = 1; who < emails.length; who += 1) {
  await call(0, "member.invite", { workspace, emails: emails[who], role: "owner" });
  await call(who, "invitation.join", { token: await token(who, "invitation"), name: `Member ${who}`, password });
  await call(who, "session.sign_in", { email: emails[who], password });
}
const records = [];
while (records.length < Number(count)) {
  const next = Array.from({ length: Math.min(8, Number(count) - records.length) }, (_, at) => records.length + at);
  const made = next.map((number) => call(0, "record.create", { workspace, title: `Room ${number}` }));
  records.push(...(await Promise.all(made)).map((record) => record.id));
}
console.log(JSON.stringify({ cookies, workspace, records }));
