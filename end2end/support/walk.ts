// The walk: from signing up to a script that two people wrote, in the words of whoever walks it.
import { expect, type APIRequestContext, test } from "@playwright/test";
import { TEXT, type Hands } from "./hands.ts";
import { freshEmail, linkFor, PASSWORD } from "./people.ts";

/** The read text, as the server rendered it. */
const READ = ".reading .doc";
const SAVE = ".head .save";

/** A list as Word puts it on the clipboard: paragraphs that only their styles make items. */
const item = (level: number, mark: string, words: string): string =>
  `<p class=MsoListParagraph style='margin-left:${18 * level}.0pt;text-indent:-18.0pt;mso-list:l0 level${level} lfo1'>` +
  `<![if !supportLists]><span style='font-family:Symbol;mso-fareast-font-family:Symbol'><span style='mso-list:Ignore'>${mark}` +
  `<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>${words}<o:p></o:p></p>`;
const FROM_WORD =
  '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word"><head>' +
  "<meta name=Generator content=\"Microsoft Word 15\"><style><!--\n@list l0 {mso-list-id:7; mso-list-type:hybrid;}\n" +
  "@list l0:level1 {mso-level-number-format:bullet;}\n@list l0:level2 {mso-level-number-format:bullet;}\n--></style></head>" +
  "<body lang=EN-GB><!--StartFragment--><p class=MsoNormal>What to <b style='mso-bidi-font-weight:normal'>bring</b>:<o:p></o:p></p>" +
  `${item(1, "·", "a blanket")}${item(2, "o", "of wool")}${item(1, "·", "a glass of water")}<!--EndFragment--></body></html>`;

/** Whether a text has at its end what was typed, and the table and what came from Word. Runs in the page. */
const WHOLE = (selector: string): string => `(() => {
  const text = document.querySelector(${JSON.stringify(selector)});
  const items = [...text.querySelectorAll("li")].map((item) => item.firstElementChild.textContent);
  const last = [...text.querySelectorAll("h2")].at(-1);
  return {
    heading: last.textContent,
    below: last.nextElementSibling.localName + " " + last.nextElementSibling.textContent.trim(),
    cells: [...text.querySelectorAll("th, td")].map((cell) => cell.textContent).slice(0, 6),
    strong: [...text.querySelectorAll("strong")].some((strong) => strong.textContent === "bring"),
    items: items.filter((item) => /blanket|wool|water/.test(item)),
    nested: text.querySelector("li li")?.textContent ?? "",
  };
})()`;
const IS_WHOLE = {
  heading: "The long stair",
  below: "p One step with each breath.",
  cells: ["Breath", "Count", "", "In", "Four", ""],
  strong: true,
  items: ["a blanket", "of wool", "a glass of water"],
  nested: "of wool",
};

/** Who walks: the owner, the one who is invited, and the mailbox that both read. `name` is for the pictures. */
export interface Walkers {
  name: string;
  owner: Hands;
  guest: Hands;
  mailbox: APIRequestContext;
}

/** The whole walk, step by step. */
export async function walk({ name, owner, guest, mailbox }: Walkers): Promise<void> {
  const [mine, theirs] = [freshEmail(), freshEmail()];

  await test.step("sign up, prove the address, sign in", async () => {
    await owner.go("/sign-up");
    await owner.fill("Your name", "Ilse Brandt");
    await owner.fill("E-mail", mine);
    await owner.fill("Password", PASSWORD);
    await owner.press("button", "Create account");
    await owner.sees("h1, h2", "Check your mail");
    await owner.go(await linkFor(mailbox, mine, "verify"));
    await owner.press("button", "Prove this address");
    await owner.at(/^\/sign-in\?from=verified$/);
    await owner.fill("E-mail", mine);
    await owner.fill("Password", PASSWORD);
    await owner.press("button", "Sign in");
    await owner.at(/^\/start$/);
  });

  const home = await test.step("make a workspace, and in it a script from a template", async () => {
    await owner.fill("Name of the workspace", "Tern House");
    await owner.press("button", "Make the workspace");
    const home = await owner.at(/^\/w\/[0-9a-f-]{36}$/);
    await owner.sees("h2", "Nothing here yet");
    await owner.picture(`${name}-1-first-run`);
    await owner.fill("Title", "The long stair");
    await owner.choose("Begin with", "Progressive relaxation");
    await owner.press("button", "Make a script");
    return home;
  });

  const record = await test.step("write, make a table, paste from Word", async () => {
    const record = await owner.at(/\/records\/[0-9a-f-]{36}$/);
    await owner.sees(READ, "Before you begin");
    await owner.press("button", "Write");
    await owner.sees(TEXT, "Before you begin");
    await owner.toTheEnd();
    await owner.type("\n\n## The long stair\nOne step with each breath. \n");
    await owner.press("button", "Table");
    await owner.finds(`${TEXT} th`, "");
    await owner.type("Breath\tCount\t\tIn\tFour");
    // The editor hears of the caret a moment after the browser has moved it; the tools of a table show when it has.
    await owner.finds("select.tool-table", "Delete the table");
    await owner.toTheEnd();
    await owner.misses("select.tool-table");
    await owner.paste({ "text/html": FROM_WORD, "text/plain": "What to bring" });
    await owner.sees(`${TEXT} li`, "a glass of water");
    await owner.sees(SAVE, "Saved");
    expect(await owner.read(WHOLE(TEXT))).toEqual(IS_WHOLE);
    await owner.picture(`${name}-2-written`);
    return record;
  });

  await test.step("invite, and accept on a phone without an account", async () => {
    await owner.go(`${home}/people`);
    await owner.fill("Invite by e-mail", theirs);
    await owner.choose("Role", "Practitioner");
    await owner.press("button", "Invite");
    await owner.sees("li", theirs);
    await owner.picture(`${name}-3-invited`);
    await guest.go(await linkFor(mailbox, theirs, "invitation"));
    await guest.sees("h2", "Tern House");
    await guest.picture(`${name}-4-invitation`);
    await guest.fill("Your name", "Bea Lindholm");
    await guest.fill("Choose a password", PASSWORD);
    await guest.press("button", "Accept and join");
    await guest.at(new RegExp(`^${home}$`));
  });

  await test.step("both write, and see each other's letters and carets", async () => {
    await guest.press("link", "The long stair");
    await guest.at(/\/records\//);
    await guest.press("button", "Write");
    await guest.sees(TEXT, "a glass of water");
    await owner.go(record);
    await owner.press("button", "Write");
    await owner.sees(TEXT, "a glass of water");
    await guest.toTheEnd();
    await guest.type(" Bea was here.");
    await owner.sees(TEXT, "Bea was here.");
    await owner.finds(".caret", "Bea Lindholm");
    await owner.toTheEnd();
    await owner.type(" So was Ilse.");
    await guest.sees(TEXT, "Bea was here. So was Ilse.");
    await guest.finds(".caret", "Ilse Brandt");
    await owner.sees(SAVE, "Saved");
    await guest.sees(SAVE, "Saved");
    await owner.picture(`${name}-5-together`);
    await guest.picture(`${name}-6-together-phone`);
  });

  await test.step("reload: the server renders the same text", async () => {
    await owner.go(record);
    await owner.sees(READ, "Bea was here. So was Ilse.");
    await owner.misses(TEXT);
    expect(await owner.read(WHOLE(READ))).toEqual({
      ...IS_WHOLE,
      items: ["a blanket", "of wool", "a glass of water Bea was here. So was Ilse."],
    });
    const rendered = await owner.read<string>("fetch(location.href).then((answer) => answer.text())");
    for (const words of ["The long stair", "a glass of water", "Bea was here. So was Ilse."]) expect(rendered).toContain(words);
    await owner.picture(`${name}-7-read`);
  });

  await test.step("remove the guest: their page and their socket end", async () => {
    await owner.go(`${home}/people`);
    await owner.pressAt(".mem-row summary", "More for Bea Lindholm");
    await owner.press("button", "Remove: what they wrote stays");
    await owner.misses(".mem-row", "Bea Lindholm");
    await guest.sees("main h1", "There is nothing here that you can see");
    await guest.misses(TEXT);
    await guest.picture(`${name}-8-removed`);
    expect(await guest.read<number>(`fetch(${JSON.stringify(record)}).then((answer) => answer.status)`)).toBe(404);
  });
}
