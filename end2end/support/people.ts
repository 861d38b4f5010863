// People who use the product: made through its public API, so that each test begins where its own matter does.
import { randomUUID } from "node:crypto";
import { expect, type APIRequestContext, type APIResponse } from "@playwright/test";

/** A password that the policy accepts. */
export const PASSWORD = "nine quiet terns over the dock";

/** A mail as the captured mailbox shows it. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
}

/** The captured mails to an address, newest first. */
export async function mailsTo(mailbox: APIRequestContext, address: string): Promise<Mail[]> {
  const answer = await mailbox.get("/dev/mail.json", { params: { to: address } });
  expect(answer.status()).toBe(200);
  return (await answer.json()) as Mail[];
}

/** The path of the link in the newest mail to an address that has one of this kind; waits until the mail has come. */
export async function linkFor(mailbox: APIRequestContext, address: string, kind: "verify" | "reset" | "invitation"): Promise<string> {
  const pattern = new RegExp(`https?://[^/\\s]+(/${kind}/[A-Za-z0-9_-]+)`);
  let found: string | undefined;
  await expect
    .poll(
      async () => {
        const mails = await mailsTo(mailbox, address);
        found = mails.map((mail) => pattern.exec(mail.text)?.[1]).find((path) => path !== undefined);
        return found;
      },
      { message: `a ${kind} mail to ${address}`, intervals: [50, 100, 200] },
    )
    .toBeDefined();
  return found!;
}

/** Calls an operation of the public API. */
export async function call(
  request: APIRequestContext,
  operation: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<APIResponse> {
  return request.post(`/api/v1/${operation}`, {
    data: body,
    headers: { "Sec-Fetch-Site": "same-origin", "Idempotency-Key": randomUUID(), ...headers },
  });
}

/** Calls an operation that must succeed, and answers its output. */
export async function done<T>(request: APIRequestContext, operation: string, body: object): Promise<T> {
  const answer = await call(request, operation, body);
  expect(answer.status(), `${operation}: ${await answer.text()}`).toBe(200);
  return (await answer.json()) as T;
}

/** Somebody with an account. */
export class Person {
  workspace = "";

  constructor(
    readonly name: string,
    readonly email: string,
    readonly mailbox: APIRequestContext,
  ) {}

  /** Signs in; the session's cookie goes into the context of the request. */
  async signIn(request: APIRequestContext): Promise<void> {
    await done(request, "session.sign_in", { email: this.email, password: PASSWORD });
  }

  /** Makes a workspace; `workspace` is its id from then on. */
  async makeWorkspace(request: APIRequestContext, name: string): Promise<void> {
    const made = await done<{ id: string }>(request, "workspace.create", { name });
    this.workspace = made.id;
  }

  /** Makes a record, empty or from a template of the pack's first type; answers its id. */
  async makeRecord(request: APIRequestContext, title: string, template = ""): Promise<string> {
    return (await done<{ id: string }>(request, "record.create", { workspace: this.workspace, title, template })).id;
  }

  /** The address of the workspace, or of something in it. */
  at(path = ""): string {
    return `/w/${this.workspace}${path}`;
  }
}

/** An address nobody has yet. */
export function freshEmail(): string {
  return `p-${randomUUID().slice(0, 13)}@example.org`;
}

/** Somebody new, with a proven address. */
export async function personFor(requests: APIRequestContext, name: string): Promise<Person> {
  const person = new Person(name.slice(0, 40), freshEmail(), requests);
  await done(requests, "account.sign_up", { name: person.name, email: person.email, password: PASSWORD });
  const token = (await linkFor(requests, person.email, "verify")).split("/").pop();
  await done(requests, "account.verify", { token });
  return person;
}

/** Somebody new who may write in an owner's workspace; the owner is signed in where `requests` come from. */
export async function memberOf(owner: Person, requests: APIRequestContext, name: string): Promise<Person> {
  const person = await personFor(owner.mailbox, name);
  await done(requests, "member.invite", { workspace: owner.workspace, emails: person.email, role: "practitioner" });
  const token = (await linkFor(owner.mailbox, person.email, "invitation")).split("/").pop();
  await person.signIn(owner.mailbox);
  await done(owner.mailbox, "invitation.accept", { token });
  return person;
}
