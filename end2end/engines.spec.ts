// The walk once more in the other engines, over TLS, as people have it: Firefox and WebKit, driven by WebDriver.
import { expect, request, test } from "@playwright/test";
import { DrivenHands } from "./support/driven.ts";
import { Firefox, WebKit } from "./support/drivers.ts";
import { openTls } from "./support/tls.ts";
import { walk } from "./support/walk.ts";

function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run \`cargo xtask test --browser\``);
  return value;
}

// One after the other: both come by the same door.
test.describe.configure({ mode: "default" });

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

let close: () => Promise<void>;
let origin: string;

test.beforeAll(async () => {
  origin = given("END2END_TLS_ORIGIN");
  close = await openTls(Number(new URL(origin).port), Number(new URL(given("END2END_TLS_TARGET")).port));
});

test.afterAll(async () => close());

/** The mailbox answers only who comes over the loopback without a proxy. */
const mailbox = () => request.newContext({ baseURL: given("END2END_TLS_TARGET") });

/** Walks, and looks whether the content policy refused anything on the way. */
async function through(name: string, owner: DrivenHands, guest: DrivenHands): Promise<void> {
  await walk({ name, owner, guest, mailbox: await mailbox() });
  for (const one of [owner, guest]) expect(await one.violations()).toBe("");
}

test("Firefox walks", async () => {
  const firefox = await Firefox.open(given("END2END_FIREFOX"));
  try {
    const [owner, guest] = [await firefox.person(DESK), await firefox.person(PHONE)];
    await through("walk-firefox", new DrivenHands(owner, origin), new DrivenHands(guest, origin));
    // Firefox notes every socket that a page leaves behind when it goes.
    const complaints = firefox.complaints.filter((line) => !line.endsWith("was interrupted while the page was loading."));
    expect(complaints).toEqual([]);
  } finally {
    await firefox.close();
  }
});

test("WebKit walks", async () => {
  const [display, driver, browser] = ["END2END_XVFB", "END2END_WEBKIT_DRIVER", "END2END_WEBKIT"].map(given) as [string, string, string];
  const [owner, guest] = [await WebKit.open({ display, driver, browser }, DESK), await WebKit.open({ display, driver, browser }, PHONE)];
  try {
    await through("walk-webkit", new DrivenHands(owner, origin), new DrivenHands(guest, origin));
  } finally {
    await owner.close();
    await guest.close();
  }
});
