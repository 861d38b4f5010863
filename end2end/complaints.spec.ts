// The silence of the other tests means something only if a fault is heard. Each of these is one on purpose.
import { test, expect } from "./support/test.ts";

test("a violation of the content policy is heard", async ({ page, complaints }) => {
  await page.goto("/sign-in");
  expect(complaints.heard).toEqual([]);
  await page.evaluate(() => {
    const paragraph = document.createElement("p");
    paragraph.setAttribute("style", "color: red");
    document.body.append(paragraph);
  });
  await expect.poll(() => complaints.heard.join("\n")).toMatch(/Content Security Policy/);
  complaints.expect(/Content Security Policy/);
});

test("an inline handler does not run, and is heard", async ({ page, complaints }) => {
  await page.goto("/sign-in");
  await page.evaluate(() => {
    document.body.insertAdjacentHTML("beforeend", `<button onclick="window.ran = true">On purpose</button>`);
  });
  await page.getByRole("button", { name: "On purpose" }).click();
  await expect.poll(() => complaints.heard.join("\n")).toMatch(/Content Security Policy/);
  expect(await page.evaluate(() => "ran" in window)).toBe(false);
  complaints.expect(/Content Security Policy/);
});

test("an uncaught error and a console error are heard", async ({ page, complaints }) => {
  await page.goto("/sign-in");
  await page.evaluate(() => {
    console.error("on purpose");
    setTimeout(() => {
      throw new Error("thrown on purpose");
    });
  });
  await expect.poll(() => complaints.heard.length).toBeGreaterThanOrEqual(2);
  expect(complaints.heard.join("\n")).toContain("uncaught: thrown on purpose");
  complaints.expect(/on purpose/);
});
