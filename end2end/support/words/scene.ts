// A room of the page with those who write in it.
import { prosemirrorToYXmlFragment, yXmlFragmentToProseMirrorRootNode } from "y-prosemirror";
import { FRAGMENT, schema } from "../../../app/editor/schema.ts";
import { Keeper } from "../../../app/editor/sync/keep.ts";
import type { Base } from "./acts.ts";
import { clock, promised } from "./clock.ts";
import { Hub } from "./hub.ts";
import { type Fault, sameFaults } from "./oracle.ts";
import { text } from "./texts.ts";
import { Writer } from "./writer.ts";

/** A step of what goes by until everybody is quiet, in milliseconds. */
const STEP_MS = 50;
/** Nothing comes any more after so many steps without a word: longer than anybody waits with one. */
const QUIET_STEPS = 60;
/** Who is not quiet after so many steps never will be. */
const MOST_STEPS = 4_000;

/** Names of scenes, so that what the device keeps in one is not found in another. */
let scenes = 0;

export class Scene {
  readonly writers: Writer[] = [];
  private readonly hub = new Hub();
  private readonly key = `scene-${(scenes += 1)}`;

  /** Opens a room in which Ilse and Bea see a text. */
  static async open(base: Base, tail = ""): Promise<Scene> {
    const scene = new Scene();
    prosemirrorToYXmlFragment(text(base, tail), scene.hub.doc.getXmlFragment(FRAGMENT));
    for (const name of ["ilse", "bea"]) await scene.comes(name);
    await scene.quiet();
    return scene;
  }

  get ilse(): Writer {
    return this.named("ilse");
  }

  get bea(): Writer {
    return this.named("bea");
  }

  async cleoComes(): Promise<void> {
    await this.comes("cleo");
    await this.quiet();
  }

  pass(ms: number): Promise<void> {
    return clock.pass(ms);
  }

  async tick(): Promise<void> {
    this.hub.tick();
    await promised();
  }

  /** Until nothing is under way between those who are connected, nothing is owed, and for a while nothing has come. */
  async quiet(): Promise<void> {
    let [calm, updates] = [0, -1];
    for (let step = 0; calm < QUIET_STEPS; step++) {
      if (step > MOST_STEPS) throw new Error(`no end: ${this.hub.updates} updates`);
      await clock.pass(STEP_MS);
      await this.tick();
      const still = !this.hub.busy && updates === this.hub.updates && this.connected.every(({ saved }) => saved);
      calm = still ? calm + 1 : 0;
      updates = this.hub.updates;
    }
  }

  /** Whether those who are here and the room have one text. */
  differences(): Fault[] {
    return sameFaults([{ name: "the room", doc: this.doc }, ...this.connected]);
  }

  /** What is in the room. */
  get doc(): ReturnType<typeof yXmlFragmentToProseMirrorRootNode> {
    return yXmlFragmentToProseMirrorRootNode(this.hub.doc.getXmlFragment(FRAGMENT), schema);
  }

  close(): void {
    for (const writer of this.writers) writer.leave();
    this.hub.close();
    clock.forget();
  }

  named(name: string): Writer {
    const found = this.writers.find((writer) => writer.name === name);
    if (!found) throw new Error(`${name} is gone`);
    return found;
  }

  /** Somebody opens the text, or opens it again on the same device. */
  async comes(name: string): Promise<void> {
    const left = this.writers.findIndex((writer) => writer.name === name);
    if (left >= 0) this.writers.splice(left, 1);
    this.writers.push(await Writer.come(this.hub, name, this.keyOf(name)));
  }

  /** Opens the text once more on somebody's device, beside what they have open. */
  anotherTab(name: string): Promise<Writer> {
    return Writer.come(this.hub, name, this.keyOf(name));
  }

  /** Pages hear that there is a network; waits until somebody has, and the room, what other pages of theirs left on the device. */
  async takesUp(name: string): Promise<void> {
    dispatchEvent(new Event("online"));
    // No page is called so: whatever is kept is another's.
    const device = new Keeper(this.keyOf(name), "");
    for (let step = 0; (await device.take()).length > 0; step++) {
      if (step > MOST_STEPS) throw new Error(`${name} takes nothing up`);
      await clock.pass(STEP_MS);
      await this.tick();
    }
  }

  /** See [`Hub.somebodySays`]. */
  somebodySays(state: Record<string, unknown>, client?: number): void {
    this.hub.somebodySays(state, client);
  }

  /** Who wrote the text before anybody came. */
  get first(): number {
    return this.hub.doc.clientID;
  }

  /** The person looks at something else for a moment. */
  hides(): void {
    for (const state of ["hidden", "visible"]) {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }
  }

  /** Whose pages say that something is not saved. */
  get unsaved(): string[] {
    return this.writers.filter(({ unsaved }) => unsaved).map(({ name }) => name);
  }

  private keyOf(name: string): string {
    return `${this.key} ${name}`;
  }

  private get connected(): Writer[] {
    return this.writers.filter(({ online }) => online);
  }
}
