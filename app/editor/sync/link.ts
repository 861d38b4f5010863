// The link to the room: our own WebSocket provider. It speaks the y-websocket protocol with acknowledgements, and its
// word "saved" means that the server has made everything durable that this device wrote. Time, chance, the socket and the
// network's state come in through ports, so that tests can play every order of events.
import * as awarenessProtocol from "y-protocols/awareness";
import * as Y from "yjs";
import { Backoff } from "./backoff.ts";
import { Unsent } from "./unsent.ts";
import * as wire from "./wire.ts";

/** What we need of a WebSocket. */
export interface Socket {
  send(bytes: Uint8Array): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((frame: Uint8Array) => void) | null;
  onclose: ((code: number, reason: string) => void) | null;
}

/** What the link takes from its surroundings. */
export interface Ports {
  connect(url: string): Socket;
  /** Milliseconds; only differences count. */
  now(): number;
  /** At least 0 and below 1. */
  random(): number;
  after(ms: number, act: () => void): unknown;
  cancel(timer: unknown): void;
}

/** Where the words are. */
export type Safety = "saved" | "saving" | "offline" | "refused";

/** What the link has to say about itself. */
export interface LinkState {
  safety: Safety;
  /** Whether the document has arrived at least once since this link was made. */
  loaded: boolean;
  /** Whether something that this device wrote is not durable. */
  unsaved: boolean;
  /** Why the server takes nothing from us: a close code of the application; null while it would. */
  refusal: { code: number; reason: string } | null;
}

export interface LinkOptions {
  url: string;
  readOnly: boolean;
  /** What the page has and the document may not have yet; without it, the document has everything. */
  page?: Page;
  /** Hears where the page's caret is, before others' changes are drawn around it; without it, there is none. */
  hear?: () => void;
}

/** A page that puts what is typed into the document a moment later. */
export interface Page {
  /** Whether it has words that the document has not. */
  readonly owes: boolean;
  /** Puts them there. */
  flush(): void;
}

/** Typing is gathered this long into one update. */
const GATHER_MS = 20;
/** Places of the caret go out at most this often. */
const PRESENCE_MS = 120;
/** A live connection that leaves an update without any answer for so long is dead. */
const SILENCE_MS = 8_000;
/** A timer that is this much too late says that the page stood still, as with a paste of megabytes, and not that nothing came. */
const STOOD_MS = 1_000;
/** Close codes from here to 99 above: the server will not change its mind when asked again. All others are tried again. */
const FINAL_CODES = 4_400;
/** What the server would close with, had it not kept us as a reader. */
const READ_ONLY = 4_403;
/** Why the server closes once it takes again what it refused. */
const ACCESS = "access";
const OLD_SCHEMA = 4_426;
const LIMIT = 4_413;

export class Link {
  readonly unsent = new Unsent();
  /** What others wrote, while it is being integrated. */
  arriving: Uint8Array[] = [];
  /** What they say of themselves in the same moment, which the page hears after that. */
  saying: Uint8Array[] = [];
  /** What an earlier page could not hand over, while it is being taken up. */
  restoring: Uint8Array | null = null;
  /** Called before that, while the document is as it was. */
  restores: (state: Uint8Array, unsent: Uint8Array) => void = () => undefined;
  private socket: Socket | null = null;
  private answered = false;
  private synced = false;
  private loaded = false;
  /** Whether a try has failed since the document last came. */
  private failed = false;
  private refusal: LinkState["refusal"] = null;
  private readonly backoff: Backoff;
  private retry: unknown = null;
  private gathering: unknown = null;
  private silence: unknown = null;
  private presence: unknown = null;
  private presenceSaid = "";
  private hurried = false;
  private presenceAt = Number.NEGATIVE_INFINITY;
  private inbound: wire.Heard[] = [];
  private inboundTimer: unknown = null;
  /** Whether the page must stand still. */
  held = false;
  private stopped = false;
  private told = "";

  constructor(
    private readonly doc: Y.Doc,
    private readonly awareness: awarenessProtocol.Awareness,
    private readonly options: LinkOptions,
    private readonly ports: Ports,
    private readonly tell: (state: LinkState) => void,
  ) {
    this.backoff = new Backoff(() => ports.random());
    doc.on("update", this.wrote);
    awareness.on("update", this.moved);
  }

  /** Takes up what an earlier page wrote and could not hand over; it goes out when the server asks what it lacks, or at once. */
  restore(state: Uint8Array, unsent: Uint8Array): void {
    this.options.hear?.();
    this.settle();
    this.restores(state, unsent);
    this.restoring = unsent;
    this.arriving = [state];
    // What the earlier page took away is still to be read here, should others have written into it meanwhile.
    this.doc.gc = false;
    try {
      Y.applyUpdate(this.doc, state, this);
    } finally {
      this.doc.gc = true;
      this.restoring = null;
      this.arriving = [];
    }
    this.unsent.add(unsent);
    this.loaded = true;
    // The device may answer later than the server, whose question is answered then.
    if (!this.options.readOnly) this.flush();
  }

  /** Begins, or begins at once what a timer would have begun. */
  connect(): void {
    if (this.stopped || this.refusal || this.socket) return;
    this.ports.cancel(this.retry);
    this.retry = null;
    let socket: Socket;
    try {
      socket = this.ports.connect(this.options.url);
    } catch {
      this.later();
      return;
    }
    this.socket = socket;
    socket.onopen = () => this.opened(socket);
    socket.onmessage = (frame) => this.heard(socket, frame);
    socket.onclose = (code, reason) => this.closed(socket, code, reason);
    this.watchSilence();
    this.say();
  }

  /** There is a reason to hope: the page is seen again, or the network is back. */
  hope(): void {
    this.backoff.reset();
    if (this.socket === null) this.connect();
    else if (!this.unsent.empty) this.watchSilence();
  }

  /** The network is gone; what the socket says later is of no use. */
  lost(): void {
    if (this.socket) this.drop(this.socket);
  }

  /** Whether everything that others write is heard. */
  get live(): boolean {
    return this.socket !== null && this.answered && this.synced;
  }

  /** Whether the server takes nothing from here. */
  get refused(): boolean {
    return this.refusal !== null;
  }

  /** Lets the document have what the page has: to be called before anybody reads or changes it. */
  settle(): void {
    this.options.page?.flush();
  }

  /** Something was typed, or is in the document now. */
  look(): void {
    this.say();
  }

  /** What this page says of itself goes out no later than what is in the document now: with the next words. */
  hasten(): void {
    this.hurried = true;
  }

  /** Sends at once what is being gathered, before the page may go away. */
  flush(): void {
    this.settle();
    this.ports.cancel(this.gathering);
    this.gathering = null;
    if (!this.socket || !this.answered) return;
    if (this.hurried) this.sendPresence();
    const update = this.unsent.take(this.ports.now());
    if (update) this.send(wire.update(update));
    this.say();
  }

  /** Lets nothing from others in until [`release`]: while an input method composes, the page must stand still. */
  hold(): void {
    this.held = true;
  }

  /** Lets in what waited. */
  release(): void {
    this.held = false;
    this.letIn();
  }

  /** Ends the link; says goodbye so that our caret disappears elsewhere. */
  stop(): void {
    if (this.stopped) return;
    this.flush();
    this.stopped = true;
    this.doc.off("update", this.wrote);
    this.awareness.setLocalState(null);
    this.awareness.off("update", this.moved);
    if (this.socket && this.answered) this.sendPresence();
    for (const timer of [this.retry, this.gathering, this.silence, this.presence, this.inboundTimer]) {
      this.ports.cancel(timer);
    }
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  /** What is to be said now. */
  state(): LinkState {
    const unsaved = !this.unsent.empty || (this.options.page?.owes ?? false);
    return { safety: this.safety(unsaved), loaded: this.loaded, unsaved, refusal: this.refusal };
  }

  private safety(unsaved: boolean): Safety {
    if (this.refusal) return "refused";
    const { live } = this;
    // Offline is said once a try has failed; the first moments of a page are not.
    if (!live && (this.socket === null || this.failed)) return "offline";
    return unsaved || !live ? "saving" : "saved";
  }

  private readonly wrote = (update: Uint8Array, origin: unknown): void => {
    if (origin === this || this.options.readOnly) return;
    this.unsent.add(update);
    if (this.gathering === null && this.answered) {
      this.gathering = this.ports.after(GATHER_MS, () => this.flush());
    }
    this.say();
  };

  private readonly moved = (_change: unknown, origin: unknown): void => {
    if (origin === this || this.presence !== null) return;
    const wait = Math.max(0, this.presenceAt + PRESENCE_MS - this.ports.now());
    this.presence = this.ports.after(wait, () => {
      this.presence = null;
      this.sendPresence();
    });
  };

  /** Says where we are, if that has changed or others would soon take us for gone. */
  private sendPresence(force = false): void {
    if (!this.socket || !this.answered) return;
    this.hurried = false;
    const state = JSON.stringify(this.awareness.getLocalState());
    const old = this.ports.now() - this.presenceAt > awarenessProtocol.outdatedTimeout / 3;
    if (!force && !old && state === this.presenceSaid) return;
    this.presenceSaid = state;
    this.presenceAt = this.ports.now();
    this.send(wire.awareness(awarenessProtocol.encodeAwarenessUpdate(this.awareness, [this.doc.clientID])));
  }

  private opened(socket: Socket): void {
    if (socket !== this.socket) return;
    this.settle();
    this.send(wire.step1(Y.encodeStateVector(this.doc)));
    if (this.options.readOnly) this.answered = true;
    this.say();
  }

  private heard(socket: Socket, frame: Uint8Array): void {
    if (socket !== this.socket) return;
    let messages: wire.Heard[];
    try {
      messages = wire.read(frame);
    } catch {
      // A cut or hostile frame: nothing of it counts, and a new connection tells all anew.
      this.drop(socket);
      return;
    }
    for (const message of messages) this.take(message);
    this.watchSilence();
    this.say();
  }

  private take(message: wire.Heard): void {
    switch (message.kind) {
      case "step1":
        this.answer(message.vector);
        break;
      case "acknowledged":
        this.unsent.acknowledge(message.count);
        break;
      case "notice":
        this.noticed(message.about, message.value, message.text);
        break;
      case "step2":
      case "update":
      case "awareness":
        this.inbound.push(message);
        if (!this.held && this.inboundTimer === null) {
          this.inboundTimer = this.ports.after(message.kind === "step2" ? 0 : GATHER_MS, () => this.letIn());
        }
        break;
      case "other":
        break;
    }
  }

  private noticed(about: wire.Notice, value: number, text: string): void {
    if (about === "reload") this.refusal = { code: OLD_SCHEMA, reason: text };
    if (about === "refused" || (about === "access" && value === 0)) this.refusal = { code: READ_ONLY, reason: about };
    // A rate passes by waiting, which the server sees to, and of where somebody is nothing of the text hangs; the rest stays.
    if (about === "limit" && !text.endsWith("_rate") && !text.startsWith("awareness_")) this.refusal = { code: LIMIT, reason: text };
    if (about === "access" && value === 1) this.refusal = null;
    if (about === "resync" && this.socket) this.drop(this.socket);
  }

  private answer(vector: Uint8Array): void {
    if (this.options.readOnly) return;
    this.settle();
    this.ports.cancel(this.gathering);
    this.gathering = null;
    const update = Y.encodeStateAsUpdate(this.doc, vector);
    this.unsent.answered(this.ports.now());
    this.answered = true;
    this.send(wire.step2(update));
    this.sendPresence(true);
  }

  /** Applies what others wrote, as one change of the page. */
  private letIn(): void {
    this.ports.cancel(this.inboundTimer);
    this.inboundTimer = null;
    if (this.held || this.stopped) return;
    this.options.hear?.();
    this.settle();
    const messages = this.inbound;
    this.inbound = [];
    this.arriving = messages.flatMap((message) => (message.kind === "step2" || message.kind === "update" ? [message.update] : []));
    this.saying = messages.flatMap((message) => (message.kind === "awareness" ? [message.update] : []));
    try {
      this.doc.transact(() => {
        for (const update of this.arriving) Y.applyUpdate(this.doc, update, this);
      }, this);
      for (const update of this.saying) awarenessProtocol.applyAwarenessUpdate(this.awareness, update, this);
    } catch {
      if (this.socket) this.drop(this.socket);
      return;
    } finally {
      this.arriving = [];
      this.saying = [];
    }
    if (messages.some(({ kind }) => kind === "step2")) {
      this.synced = true;
      this.loaded = true;
      this.failed = false;
      this.backoff.reset();
    }
    this.say();
  }

  private closed(socket: Socket, code: number, reason: string): void {
    if (socket !== this.socket) return;
    if (code >= FINAL_CODES && code < FINAL_CODES + 100) this.refusal ??= { code, reason };
    // We may write again; what was refused meanwhile goes over a new connection.
    if (reason === ACCESS && this.refusal?.code === READ_ONLY) this.refusal = null;
    this.drop(socket);
  }

  /** Leaves a connection behind and plans the next. */
  private drop(socket: Socket): void {
    if (socket !== this.socket) return;
    this.socket = null;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    this.answered = false;
    this.synced = false;
    this.failed = true;
    this.presenceSaid = "";
    for (const timer of [this.gathering, this.silence]) this.ports.cancel(timer);
    this.gathering = this.silence = null;
    this.unsent.disconnected();
    if (!this.refusal) this.later();
    this.forgetOthers();
    this.say();
  }

  private later(): void {
    if (this.stopped || this.retry !== null) return;
    this.failed = true;
    this.retry = this.ports.after(this.backoff.next(), () => {
      this.retry = null;
      this.connect();
    });
    this.say();
  }

  private forgetOthers(): void {
    const others = [...this.awareness.getStates().keys()].filter((client) => client !== this.doc.clientID);
    try {
      awarenessProtocol.removeAwarenessStates(this.awareness, others, this);
    } catch (error) {
      // Whoever listens: the connection is left behind all the same.
      globalThis.reportError(error);
    }
  }

  /** A connection in which something is owed to us must say something now and then, or it is dead. */
  private watchSilence(): void {
    this.ports.cancel(this.silence);
    const due = this.ports.now() + SILENCE_MS;
    this.silence = this.ports.after(SILENCE_MS, () => {
      this.silence = null;
      const socket = this.socket;
      if (!socket) return;
      if (this.ports.now() - due > STOOD_MS) {
        this.watchSilence();
        return;
      }
      if (!this.synced || !this.unsent.empty) this.drop(socket);
    });
  }

  private send(bytes: Uint8Array): void {
    if (this.silence === null) this.watchSilence();
    this.socket?.send(bytes);
  }

  private say(): void {
    const state = this.state();
    const words = JSON.stringify(state);
    if (words === this.told || this.stopped) return;
    this.told = words;
    this.tell(state);
  }
}
