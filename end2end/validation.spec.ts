// One `validate` for server and browser: the table that `domain` and `services` are held to, fed to the forms by hand.
import { readFileSync } from "node:fs";
import type { Locator, Page } from "@playwright/test";
import { expect, open, test } from "./support/test.ts";
import type { Person } from "./support/people.ts";

interface Case {
  op: string;
  input: Record<string, unknown>;
  errors: Record<string, string>;
}

const table = JSON.parse(
  readFileSync(new URL("../app/domain/tests/validate.json", import.meta.url), "utf8"),
) as Case[];

/** Where the browser's own code checks an operation before anything is sent, and which fields a person types there. */
const forms: Record<string, { fields: string[]; at: (owner: Person, record: string) => string }> = {
  "workspace.rename": { fields: ["name"], at: (owner) => owner.at("/settings") },
  "record.create": { fields: ["title"], at: (owner) => owner.at("/new") },
  "record.rename": { fields: ["title"], at: (owner, record) => owner.at(`/records/${record}`) },
  "record.describe": { fields: ["summary"], at: (owner, record) => owner.at(`/records/${record}`) },
  "account.rename": { fields: ["name"], at: () => "/you" },
  "account.change_password": { fields: ["current", "password"], at: () => "/you" },
};

/** What an input of one line cannot hold: browsers drop line breaks from it. */
const unholdable = (text: unknown, op: string) => op !== "record.describe" && /[\r\n]/.test(String(text));

async function fill(form: Locator, fields: string[], input: Record<string, unknown>): Promise<void> {
  for (const field of fields) {
    const control = form.locator(`[name="${field}"]`);
    await control.fill(String(input[field]));
    await control.blur();
  }
}

async function told(page: Page, form: Locator, fields: string[]): Promise<Record<string, string>> {
  const errors: Record<string, string> = {};
  for (const field of fields) {
    const id = await form.locator(`[name="${field}"]`).getAttribute("id");
    const [line] = await page.locator(`[id="${id}-e"]`).allInnerTexts();
    if (line !== undefined) errors[field] = line.trim();
  }
  return errors;
}

for (const [op, { fields, at }] of Object.entries(forms)) {
  test(`the table of ${op} holds in the browser, which sends nothing that is wrong`, async ({ page, owner }) => {
    const record = await owner.makeRecord(page.request, "Cleaning the dock");
    // What is wrong with a field that is chosen, not typed, cannot be brought about here.
    const typed = (row: Case) => Object.keys(row.errors).every((field) => fields.includes(field));
    const cases = table.filter(
      (row) => row.op === op && typed(row) && !fields.some((field) => unholdable(row.input[field], op)),
    );
    expect(cases.some((row) => Object.keys(row.errors).length > 0)).toBe(true);
    const sent: string[] = [];
    // A record's page asks for it and its text by itself, once it hears its room; everything else is sent by the form.
    page.on("request", (request) => {
      if (request.method() === "POST" && !/\/api\/v1\/record\.(get|read)$/.test(request.url())) sent.push(request.url());
    });
    await open(page, at(owner, record));
    const form = page.locator("form").filter({ has: page.locator(`input[name="_op"][value="${op}"]`) });
    for (const row of cases) {
      await fill(form, fields, row.input);
      const wrong = Object.keys(row.errors).length > 0;
      if (wrong) await form.locator('button[type="submit"]').click();
      await expect.poll(() => told(page, form, fields), { message: JSON.stringify(row.input) }).toEqual(row.errors);
      // The focus goes to the first that is wrong; what is typed before would end up there.
      if (wrong) await expect(form.locator("[aria-invalid='true']").first()).toBeFocused();
    }
    expect(sent).toEqual([]);
  });
}
