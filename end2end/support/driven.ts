// Hands on browsers that Playwright does not drive: over WebDriver, with the few commands that both its dialects have.
// Elements are found in the page by what people see of them; keys and presses are the browser's own.
import { mkdirSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { ALIVE, type Hands, PASTE, SCREENS, TEXT } from "./hands.ts";

/** What a dialect of WebDriver must be able to do. */
export interface Driver {
  navigate(url: string): Promise<void>;
  /** Evaluates an expression in the page, awaits it when it is a promise, and answers it as JSON does. */
  run(expression: string): Promise<unknown>;
  /** Sources of actions as WebDriver describes them. */
  act(sources: object[]): Promise<void>;
  /** What is on the screen, as PNG. */
  picture(): Promise<Buffer>;
}

/** How long something is waited for: as long as Playwright does (`playwright.config.ts`). */
const PATIENCE_MS = 30_000;
/** How often the page is looked at meanwhile. */
const LOOK_MS = 40;
const KEYS: Record<string, string> = { "\n": "\uE007", "\t": "\uE004" };
const CONTROL = "\uE009";

/** Finds elements by what is seen of them. Runs in the page. */
const EYES = `
  const told = (element) => (element.getAttribute("aria-label") ?? element.textContent).replace(/\\s+/g, " ").trim();
  const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const having = (selector, words) => [...document.querySelectorAll(selector)].filter((element) => element.textContent.replace(/\\s+/g, " ").includes(words));
  const field = (label) => [...document.querySelectorAll("input, select, textarea")].find((element) => shown(element) && [...element.labels].some((one) => told(one) === label));
  const place = (element) => {
    if (!element) return null;
    element.scrollIntoView({ block: "nearest", behavior: "instant" });
    const box = element.getBoundingClientRect();
    const [x, y] = [Math.round(box.x + Math.min(box.width, 300) / 2), Math.round(box.y + box.height / 2)];
    const top = document.elementFromPoint(x, y);
    return top && (element.contains(top) || top.contains(element)) && !element.disabled ? { x, y } : null;
  };`;
const seen = (what: string): string => `(() => { ${EYES} return ${what}; })()`;
const quote = (words: string): string => JSON.stringify(words);

/** A person at a browser under WebDriver. */
export class DrivenHands implements Hands {
  constructor(
    private readonly driver: Driver,
    private readonly origin: string,
  ) {}

  async go(path: string): Promise<void> {
    await this.driver.navigate(this.origin + path);
    await this.ready();
  }

  async at(path: RegExp): Promise<string> {
    const fits = `new RegExp(${quote(path.source)}).test(location.pathname + location.search)`;
    await this.until(fits, `the address ${path}`);
    await this.ready();
    return this.read("location.pathname");
  }

  async fill(label: string, words: string): Promise<void> {
    await this.until(seen(`(() => { const one = field(${quote(label)}); one?.focus(); one?.select(); return Boolean(one); })()`), `the field ${label}`);
    await this.type(words);
    await this.until(seen(`field(${quote(label)}).value === ${quote(words)}`), `${words} in ${label}`);
  }

  async choose(label: string, option: string): Promise<void> {
    const few = `having("fieldset", ${quote(label)}).flatMap((set) => [...set.querySelectorAll("label")]).find((one) => one.textContent.includes(${quote(option)}))`;
    if (await this.read(seen(`Boolean(${few})`))) return this.pressOn(few, option);
    const set = `(() => {
      const list = field(${quote(label)});
      const one = [...(list?.options ?? [])].find((one) => told(one) === ${quote(option)});
      if (!one) return false;
      list.value = one.value;
      for (const name of ["input", "change"]) list.dispatchEvent(new Event(name, { bubbles: true }));
      return true;
    })()`;
    await this.until(seen(set), `${option} in ${label}`);
  }

  async press(role: "button" | "link", name: string): Promise<void> {
    const kinds = role === "link" ? "a[href]" : "button, summary, [role=button]";
    await this.pressOn(`[...document.querySelectorAll(${quote(kinds)})].find((one) => told(one) === ${quote(name)} && shown(one))`, name);
  }

  async pressAt(selector: string, words: string): Promise<void> {
    await this.pressOn(`having(${quote(selector)}, ${quote(words)}).find(shown)`, words);
  }

  async type(words: string): Promise<void> {
    await this.keys([...words].flatMap((letter) => {
      const value = KEYS[letter] ?? letter;
      return [{ type: "keyDown", value }, { type: "keyUp", value }];
    }));
  }

  async toTheEnd(): Promise<void> {
    await this.pressOn(`document.querySelector(${quote(TEXT)}).lastElementChild`, "the text");
    const end = "\uE010";
    await this.keys([
      { type: "keyDown", value: CONTROL },
      { type: "keyDown", value: end },
      { type: "keyUp", value: end },
      { type: "keyUp", value: CONTROL },
    ]);
    await this.until(`document.querySelector(${quote(TEXT)}).lastElementChild.contains(getSelection().focusNode)`, "the caret at the end");
  }

  async paste(data: Record<string, string>): Promise<void> {
    await this.read(PASTE(data));
  }

  async sees(selector: string, words: string): Promise<void> {
    const instead = seen(`having(${quote(selector)}, "").map((element) => element.textContent).join(" | ")`);
    await this.until(seen(`having(${quote(selector)}, ${quote(words)}).some(shown)`), `${words} in ${selector}`, instead);
  }

  async finds(selector: string, words: string): Promise<void> {
    await this.until(seen(`having(${quote(selector)}, ${quote(words)}).length > 0`), `${words} in ${selector}`);
  }

  async misses(selector: string, words = ""): Promise<void> {
    await this.until(seen(`!having(${quote(selector)}, ${quote(words)}).some(shown)`), `nothing of ${words} in ${selector}`);
  }

  async read<T>(expression: string): Promise<T> {
    return (await this.driver.run(expression)) as T;
  }

  async picture(name: string): Promise<void> {
    mkdirSync(SCREENS, { recursive: true });
    writeFileSync(`${SCREENS}/${name}.png`, await this.driver.picture());
  }

  /** What the content policy refused since the pages answered clicks. */
  async violations(): Promise<string> {
    return this.read("sessionStorage.getItem('violations') ?? ''");
  }

  private async ready(): Promise<void> {
    await this.until(`document.readyState !== "loading" && document.querySelector(${quote(ALIVE)}) !== null`, "a page that answers clicks");
    await this.read(`addEventListener("securitypolicyviolation", ({ violatedDirective, sample }) =>
      sessionStorage.setItem("violations", (sessionStorage.getItem("violations") ?? "") + violatedDirective + " " + sample + "\\n"))`);
  }

  private async pressOn(element: string, name: string): Promise<void> {
    type Place = { x: number; y: number } | null;
    let place: Place = null;
    // What still moves would be missed: it must be where it was at the look before.
    await this.look(async () => {
      const now = await this.read<Place>(seen(`place(${element})`));
      const still = now !== null && now.x === place?.x && now.y === place.y;
      place = now;
      return still;
    }, `a place to press for ${name}`);
    const { x, y } = place!;
    const actions = [
      { type: "pointerMove", duration: 0, x, y, origin: "viewport" },
      { type: "pointerDown", button: 0 },
      { type: "pointerUp", button: 0 },
    ];
    await this.driver.act([{ type: "pointer", id: "pointer", parameters: { pointerType: "mouse" }, actions }]);
  }

  private async keys(actions: object[]): Promise<void> {
    await this.driver.act([{ type: "key", id: "keys", actions }]);
  }

  /** Waits until the page answers something that counts as yes; who waits in vain is told what there is instead. */
  private async until(expression: string, what: string, instead?: string): Promise<void> {
    try {
      await this.look(() => this.driver.run(expression), what);
    } catch (problem) {
      if (!instead) throw problem;
      const found = await this.driver.run(instead).catch(() => "no page to ask");
      throw new Error(`${(problem as Error).message}; there is ${String(found)}`, { cause: problem });
    }
  }

  /** Looks again and again until the answer counts as yes. */
  private async look(at: () => Promise<unknown>, what: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    let last: unknown;
    while (performance.now() < end) {
      try {
        last = await at();
        if (last) return;
      } catch (problem) {
        // The page was being left.
        last = problem;
      }
      await pause(LOOK_MS);
    }
    throw new Error(`waited in vain for ${what}; the last answer was ${String(last)}`);
  }
}
