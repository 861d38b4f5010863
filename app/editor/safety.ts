// Three honest states. The link says whether the server has the words; this keeps on the device what it has not, says so,
// and warns who would leave before it is done.
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { Keeper } from "./sync/keep.ts";
import { Link, type LinkState, type Page, type Ports } from "./sync/link.ts";
import { picturesIn, wordsIn } from "./sync/unsent.ts";

export interface Status {
  /** `saved`: the server has made everything durable. `saving`: on its way. `offline`: there is no way. `refused`: the
   * server takes nothing from here. */
  safety: LinkState["safety"];
  /** Where the words are that the server may not have; `nowhere`: the device would not keep them. */
  where: "server" | "keeping" | "device" | "nowhere";
  /** Words that the server does not have. */
  words: number;
  unsaved: boolean;
  loaded: boolean;
  /** The application's close code; 0 when nothing was refused. */
  code: number;
  reason: string;
}

/** Words are kept on the device when the server has not answered for so long. */
const KEEP_MS = 350;
/** However much it answers: when it is further behind than this. */
const BEHIND_MS = 2_000;
/** "Saved" is said once nothing was written for so long: who types is not shown a word that comes and goes with each key, and
 * the key does not pay for drawing it. */
const CALM_MS = 300;
/** A page that is left lets its last words go out for so long. */
const LINGER_MS = 10_000;

export class Safety {
  readonly link: Link;
  /** Pictures within the words that an earlier page could not hand over. */
  readonly taken: string[] = [];
  private readonly keeper: Keeper;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** How often the server had answered when the timer began. */
  private answers = 0;
  private lingering: ReturnType<typeof setTimeout> | undefined;
  /** Whether the device has exactly what the server lacks. */
  private kept = false;
  private keptAnything = false;
  private failed = false;
  private told = "";
  private toldSaving = false;
  private calm: ReturnType<typeof setTimeout> | undefined;
  private ended = false;

  constructor(
    private readonly doc: Y.Doc,
    awareness: Awareness,
    options: { url: string; readOnly: boolean; key: string; page: Page },
    private readonly ports: Ports,
    private readonly tell: (status: Status) => void,
  ) {
    this.keeper = new Keeper(options.key, String(doc.clientID));
    this.link = new Link(doc, awareness, options, ports, () => this.look());
    doc.on("update", this.changed);
    addEventListener("visibilitychange", this.seen);
    addEventListener("pageshow", this.hope);
    addEventListener("pagehide", this.hide);
    addEventListener("online", this.hope);
    addEventListener("offline", this.lost);
    addEventListener("beforeunload", this.warn);
  }

  /** Takes up what an earlier page kept, then joins the room. */
  async begin(): Promise<void> {
    try {
      for (const { state, unsent } of await this.keeper.take()) {
        this.link.restore(state, unsent);
        this.taken.push(...picturesIn(unsent));
        this.keptAnything = true;
      }
    } catch {
      // Without the device's storage there is nothing to take up; the words are then "nowhere" until the server has them.
      this.failed = true;
    }
    if (this.ended) return;
    this.link.connect();
    this.look();
  }

  status(): Status {
    // While saving, words are not counted, and nobody need wait for those that are owed: they make it "saving".
    if (this.link.state().safety !== "saving") this.link.settle();
    const { safety, unsaved, loaded, refusal } = this.link.state();
    const update = unsaved ? this.link.unsent.everything() : null;
    return {
      safety,
      unsaved,
      loaded,
      where: !unsaved ? "server" : this.kept ? "device" : this.failed ? "nowhere" : "keeping",
      // Counted only when it is going to be said: while saving it would cost a keystroke its time.
      words: update && safety !== "saving" ? wordsIn(update) : 0,
      code: refusal?.code ?? 0,
      reason: refusal?.reason ?? "",
    };
  }

  /** The page has words that the document has not yet. What was kept is not all, and "on this device" not true any more. */
  typed(): void {
    if (this.kept) this.link.settle();
    this.link.look();
  }

  /** Leaves the document. Words under way get some time; the device has them meanwhile. */
  end(): void {
    this.ended = true;
    this.link.flush();
    removeEventListener("visibilitychange", this.seen);
    removeEventListener("pageshow", this.hope);
    removeEventListener("pagehide", this.hide);
    removeEventListener("online", this.hope);
    removeEventListener("offline", this.lost);
    this.doc.off("update", this.changed);
    if (this.link.state().unsaved) {
      void this.keepNow();
      this.lingering = setTimeout(() => this.stop(), LINGER_MS);
    } else {
      this.stop();
    }
  }

  private stop(): void {
    for (const timer of [this.timer, this.lingering, this.calm]) clearTimeout(timer);
    removeEventListener("beforeunload", this.warn);
    this.link.stop();
    this.doc.destroy();
  }

  private readonly changed = (_update: Uint8Array, origin: unknown): void => {
    if (origin === this.link) return;
    const kept = this.kept;
    this.kept = false;
    this.plan();
    // "On this device" is not true of what was just typed.
    if (kept) this.say();
  };

  private plan(): void {
    if (this.ended || this.timer !== undefined) return;
    this.answers = this.link.unsent.answers;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const { answers, since } = this.link.unsent;
      // What is kept is the whole document: not while somebody types and the server answers, only a little behind.
      const behind = since !== null && this.ports.now() - since > BEHIND_MS;
      if (behind || answers === this.answers) void this.keepNow();
      else this.plan();
    }, KEEP_MS);
  }

  private look(): void {
    const { unsaved } = this.link.state();
    if (unsaved) {
      if (!this.kept) this.plan();
    } else {
      clearTimeout(this.timer);
      this.timer = undefined;
      this.kept = false;
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
    clearTimeout(this.timer);
    this.timer = undefined;
    this.link.settle();
    const unsent = this.link.unsent.everything();
    if (!unsent || this.kept) return;
    this.keptAnything = true;
    this.kept = true;
    const took = await this.keeper.keep({ state: Y.encodeStateAsUpdate(this.doc), unsent });
    this.failed = !took;
    // What was typed meanwhile has set `kept` to false, and is kept by the next round.
    this.kept &&= took;
    this.say();
  }

  private say(): void {
    if (this.ended) return;
    clearTimeout(this.calm);
    if (this.toldSaving && this.link.state().safety === "saved") this.calm = setTimeout(() => this.sayNow(), CALM_MS);
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

  private readonly hope = (): void => this.link.hope();
  private readonly lost = (): void => this.link.lost();
  private readonly seen = (): void => {
    if (document.visibilityState === "visible") this.link.hope();
    else this.hide();
  };
  private readonly hide = (): void => {
    this.link.flush();
    if (this.link.state().unsaved) void this.keepNow();
  };
  private readonly warn = (event: BeforeUnloadEvent): void => {
    this.link.flush();
    if (this.link.state().unsaved) event.preventDefault();
  };
}
