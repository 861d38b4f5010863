// The browser tests. `cargo xtask test` starts the server and says where it and Chromium are.
import { defineConfig } from "@playwright/test";

function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run \`cargo xtask test --browser\``);
  return value;
}

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "results/artifacts",
  fullyParallel: true,
  // One more than the two cores that this is to run on: a third of what a test does is waiting.
  workers: 3,
  // A test that passes only sometimes is a fault of the product or of the test.
  retries: 0,
  forbidOnly: true,
  // The only limits there are. They end what will never be; a slow machine with nothing wrong stays far below them.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: [["list"], ["json"]],
  use: {
    baseURL: given("END2END_ORIGIN"),
    // Far from the server's own: what differs between server and browser would show at once.
    timezoneId: "Pacific/Auckland",
    locale: "de-DE",
    // A trace costs each test a sixth of its time; who looks for a cause asks for one: `-- --trace=retain-on-failure NAME`.
    trace: "off",
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      executablePath: given("END2END_CHROMIUM"),
      chromiumSandbox: given("END2END_SANDBOX") === "on",
      args: [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
