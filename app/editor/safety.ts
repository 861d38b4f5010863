// Three honest states. The link says whether the server has the words; this keeps on the device what it has not, says so,
// and warns who would leave before it is done.
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import type { Found, Keeper } from "./sync/keep.ts";
import { Link, type LinkState, type Page, type Ports } from "./sync/link.ts";
import { wordsIn } from "./sync/unsent.ts";

export interface Status {
  /** `saved`: the server has made everything durable. `saving`: on its way. `offline`: there is no way. `refused`: the
   * server takes nothing from here. */
  safety: LinkState["safety"];
  /** Where the words are that the server may not have; `nowhere`: the device would not keep them. */
  where: "server" | "keeping" | "device" | "nowhere";
  /** Words that the server does not have, counted whenever the device keeps them: not at each key. */
  words: number;
  unsaved: boolean;
  loaded: boolean;
  /** The application's close code; 0 when nothing was refused. */
  code: number;
  reason: string;
  /** Pictures on their way to the server, which only this page has. */
  sending: number;
}

/** Words are kept on the device when the server has not answered for so long. */
const KEEP_MS = 350;
/** However much it answers: when it is further behind than this. */
const BEHIND_MS = 2_000;
/** So long the device may take to say what it kept before the room is joined without that. */
const TAKE_MS = 3_000;
/** "Saved" is said once nothing was written for so long: who types is not shown a word that comes and goes with each key, and
 * the key does not pay for drawing it. */
const CALM_MS = 300;
/** A text that is left lets its last words go out for so long; where they are nowhere else, again and again. */
const LINGER_MS = 10_000;

/** Where words are kept that the server has not: this device. */
export type Keeps = Pick<Keeper, "take" | "took" | "keep" | "forget">;

export class Safety {
  readonly link: Link;
  private timer: unknown = null;
  /** How often the server had answered when the timer began. */
  private answers = 0;
  private lingering: unknown = null;
  /** Whether the device has exactly what the server lacks. */
  private kept = false;
  /** Rises whenever that may have become untrue, so that what was on its way to the device meanwhile is not taken for all. */
  private edition = 0;
  /** The edition that is on its way to the device; -1 for none. */
  private keeping = -1;
  private words = 0;
  /** Pictures on their way to the server: no text has them yet, and only this page does. */
  private sending = 0;
  private keptAnything = false;
  /** Whether something on the device could not be taken up, because an input method was composing. */
  private late = false;
  private failed = false;
  private told = "";
  private toldSaving = false;
  private calm: unknown = null;
  private ended = false;

  constructor(
    private readonly doc: Y.Doc,
    awareness: Awareness,
    { url, readOnly, page, hear }: { url: string; readOnly: boolean; page: Page; hear?: () => void },
    private readonly keeper: Keeps,
    private readonly ports: Ports,
    private readonly tell: (status: Status) => void,
  ) {
    const owes = (): boolean => page.owes || this.sending > 0;
    const all = { get owes() { return owes(); }, flush: () => page.flush() };
    this.link = new Link(doc, awareness, { url, readOnly, page: all, ...(hear && { hear }) }, ports, () => this.look());
    doc.on("update", this.changed);
    addEventListener("visibilitychange", this.seen);
    addEventListener("pageshow", this.hope);
    addEventListener("pagehide", this.hide);
    addEventListener("online", this.hope);
    addEventListener("offline", this.lost);
    addEventListener("beforeunload", this.warn);
  }

  /** Takes up what an earlier page kept, then joins the room; where the device does not answer, it joins and takes that up later. */
  async begin(): Promise<void> {
    const waiting = this.ports.after(TAKE_MS, () => this.link.connect());
    await this.takeUp();
    this.ports.cancel(waiting);
    if (this.ended) return;
    this.link.connect();
    this.look();
  }

  /** Takes up what other pages of this person kept. One that is still there sends its words as well: they are the same words. */
  private async takeUp(): Promise<void> {
    this.late = this.link.held;
    if (this.late) return;
    let found: Found[] = [];
    try {
      found = await this.keeper.take();
    } catch {
      // Without the device's storage there is nothing to take up; the words are then "nowhere" until the server has them.
      this.failed = true;
    }
    if (this.ended || found.length === 0) return;
    // A composition that began meanwhile would be broken by them: they stay on the device until it has settled.
    this.late = this.link.held;
    if (this.late) return;
    for (const one of found) {
      this.link.restore(one.state, one.unsent);
      this.keeper.took(one);
    }
    this.keptAnything = true;
    this.look();
  }

  /** What an input method composed has settled: what others wrote comes in, and what the device had for us meanwhile. */
  composed(): void {
    this.link.release();
    if (this.late && !this.ended && !this.link.state().refusal) void this.takeUp();
  }

  status(): Status {
    const { safety, unsaved, loaded, refusal } = this.link.state();
    return {
      safety,
      unsaved,
      loaded,
      where: !unsaved ? "server" : this.kept ? "device" : this.failed ? "nowhere" : "keeping",
      words: unsaved && safety !== "saving" ? this.words : 0,
      sending: this.sending,
      code: refusal?.code ?? 0,
      reason: refusal?.reason ?? "",
    };
  }

  /** There is more than was kept, if only on the page: the document has it with the paint, and the device when it next keeps. */
  typed(): void {
    const { kept } = this;
    this.kept = false;
    this.edition += 1;
    this.plan();
    this.link.look();
    // "On this device" is not true of what was just typed.
    if (kept) this.say();
  }

  /** One picture more is on its way, or one fewer. */
  sends(more: 1 | -1): void {
    if (this.ended) return;
    this.sending += more;
    this.link.look();
    this.say();
  }

  /** The page may go at any moment: what it has goes out and onto the device now. */
  readonly hide = (): void => {
    this.link.flush();
    if (this.link.state().unsaved) void this.keepNow();
  };

  /** Leaves the document. Words under way get some time; the device has them meanwhile. */
  end(): void {
    this.ended = true;
    // Who sends them ends it.
    this.sending = 0;
    this.link.flush();
    this.doc.off("update", this.changed);
    if (this.link.state().unsaved) {
      void this.keepNow();
      this.linger();
    } else {
      this.stop();
    }
  }

  /** Words that only this page has are held as long as there is the page: it warns who closes it, and the link tries on. */
  private linger(): void {
    this.lingering = this.ports.after(LINGER_MS, () => {
      const { unsaved, refusal } = this.link.state();
      if (unsaved && !this.kept && !refusal) this.linger();
      else this.stop();
    });
  }

  private stop(): void {
    for (const timer of [this.timer, this.lingering, this.calm]) this.ports.cancel(timer);
    removeEventListener("visibilitychange", this.seen);
    removeEventListener("pageshow", this.hope);
    removeEventListener("pagehide", this.hide);
    removeEventListener("online", this.hope);
    removeEventListener("offline", this.lost);
    removeEventListener("beforeunload", this.warn);
    this.link.stop();
    this.doc.destroy();
  }

  private readonly changed = (_update: Uint8Array, origin: unknown): void => {
    if (origin !== this.link) this.typed();
  };

  private plan(): void {
    if (this.ended || this.timer !== null) return;
    this.answers = this.link.unsent.answers;
    this.timer = this.ports.after(KEEP_MS, () => {
      this.timer = null;
      const { answers, since } = this.link.unsent;
      // What is kept is the whole document: not while somebody types and the server answers, only a little behind.
      const behind = since !== null && this.ports.now() - since > BEHIND_MS;
      if (behind || answers === this.answers) void this.keepNow();
      else this.plan();
    });
  }

  private look(): void {
    const { unsaved } = this.link.state();
    if (unsaved) {
      if (!this.kept) this.plan();
    } else {
      this.ports.cancel(this.timer);
      this.timer = null;
      this.kept = false;
      this.edition += 1;
      this.words = 0;
      if (this.keptAnything) void this.keeper.forget();
      this.keptAnything = false;
      if (this.ended) {
        this.stop();
        return;
      }
    }
    this.say();
  }

  private async keepNow(): Promise<void> {
    this.ports.cancel(this.timer);
    this.timer = null;
    this.link.settle();
    const unsent = this.link.unsent.everything();
    const { edition } = this;
    if (!unsent || this.kept || this.keeping === edition) return;
    this.keptAnything = true;
    this.keeping = edition;
    const took = await this.keeper.keep({ state: Y.encodeStateAsUpdate(this.doc), unsent });
    if (this.keeping === edition) this.keeping = -1;
    this.failed = !took;
    // What was typed meanwhile is kept by the next round; and what was acknowledged meanwhile is to be forgotten.
    if (edition === this.edition) {
      this.kept = took;
      this.words = wordsIn(unsent);
    }
    this.say();
  }

  private say(): void {
    if (this.ended) return;
    this.ports.cancel(this.calm);
    if (this.toldSaving && this.link.state().safety === "saved") this.calm = this.ports.after(CALM_MS, () => this.sayNow());
    else this.sayNow();
  }

  private sayNow(): void {
    if (this.ended) return;
    const status = this.status();
    const words = JSON.stringify(status);
    if (words === this.told) return;
    this.told = words;
    this.toldSaving = status.safety === "saving";
    this.tell(status);
  }

  private readonly hope = (): void => {
    this.link.hope();
    // Another page may have gone meanwhile and left words behind.
    if (!this.link.state().refusal) void this.takeUp();
  };
  private readonly lost = (): void => this.link.lost();
  private readonly seen = (): void => {
    if (document.visibilityState === "visible") this.hope();
    else this.hide();
  };
  private readonly warn = (event: BeforeUnloadEvent): void => {
    this.link.flush();
    if (this.link.state().unsaved) event.preventDefault();
  };
}
