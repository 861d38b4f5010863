// The room's server within the page: it says what the real one says, in order, and a cable to it is as slow, or as broken, as a
// test wants it.
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import * as Y from "yjs";
import type { Socket } from "../../../app/editor/sync/link.ts";
import * as wire from "../../../app/editor/sync/wire.ts";

interface Frame {
  bytes: Uint8Array;
  /** The tick with which it arrives. */
  due: number;
}

/** What a browser says of a connection that broke. */
const BROKEN = 1006;

/** The room takes no larger presence: `awareness_bytes` in `server/collab/src/limits.rs`. */
const PRESENCE_BYTES = 4_096;
/** Behind whatever a client said of itself before. */
const LATER = 1_000_000;

/** One page's way to the room. */
export class Cable {
  /** Ticks that a frame takes, each way. */
  delay = 1;
  connected = true;
  socket: Socket | null = null;
  heard = 0;
  readonly speaksFor = new Set<number>();
  up: Frame[] = [];
  down: Frame[] = [];

  constructor(readonly hub: Hub) {}

  /** What a page calls; throws where there is no network. */
  open(): Socket {
    if (!this.connected) throw new Error("there is no network");
    const socket: Socket = {
      send: (bytes) => {
        if (socket === this.socket) this.up.push(this.frame(bytes, this.up));
      },
      close: () => {
        if (socket === this.socket) this.hangUp();
      },
      onopen: null,
      onmessage: null,
      onclose: null,
    };
    this.socket = socket;
    this.hub.greet(this);
    return socket;
  }

  /** The network is gone, and what was under way with it. */
  cut(): void {
    const { socket } = this;
    this.connected = false;
    this.hangUp();
    socket?.onclose?.(BROKEN, "");
  }

  /** Says something to the page. */
  tell(bytes: Uint8Array): void {
    if (this.socket) this.down.push(this.frame(bytes, this.down));
  }

  private frame(bytes: Uint8Array, before: Frame[]): Frame {
    const due = Math.max(this.hub.turn + this.delay, before.at(-1)?.due ?? 0);
    return { bytes: bytes.slice(), due };
  }

  private hangUp(): void {
    this.socket = null;
    this.up = [];
    this.down = [];
    this.heard = 0;
    this.hub.left(this);
    this.speaksFor.clear();
  }
}

/** What of a cable's frames is due. */
function take(frames: Frame[], turn: number): Uint8Array[] {
  const count = frames.findIndex(({ due }) => due > turn);
  return frames.splice(0, count < 0 ? frames.length : count).map(({ bytes }) => bytes);
}

/** Whether a page that is connected and has nothing to write sends such a frame all the same: it says where somebody is. */
const isPresence = ({ bytes }: Frame): boolean => wire.read(bytes).every(({ kind }) => kind === "awareness");

export class Hub {
  readonly doc = new Y.Doc();
  turn = 0;
  /** How many updates came. */
  updates = 0;
  private readonly awareness = new Awareness(this.doc);
  private readonly cables = new Set<Cable>();

  constructor() {
    this.awareness.setLocalState(null);
    this.awareness.on("update", ({ added, updated, removed }: Record<"added" | "updated" | "removed", number[]>, origin: Cable) => {
      for (const id of added) origin.speaksFor.add(id);
      this.others(origin, wire.awareness(encodeAwarenessUpdate(this.awareness, [...added, ...updated, ...removed])));
    });
  }

  cable(): Cable {
    const cable = new Cable(this);
    this.cables.add(cable);
    return cable;
  }

  /** One tick: what is due arrives, first here and then at the pages. */
  tick(): void {
    this.turn += 1;
    for (const cable of this.cables) for (const bytes of take(cable.up, this.turn)) this.hear(cable, bytes);
    for (const cable of this.cables) {
      const { socket } = cable;
      for (const bytes of take(cable.down, this.turn)) if (socket === cable.socket) socket?.onmessage?.(bytes);
    }
  }

  /** Whether words or answers are under way. */
  get busy(): boolean {
    return [...this.cables].some(({ up, down }) => ![...up, ...down].every(isPresence));
  }

  /** Somebody is here who writes nothing, and says this of themselves; also as a client that wrote before, and is gone. */
  somebodySays(state: Record<string, unknown>, client?: number): void {
    const doc = new Y.Doc();
    doc.clientID = client ?? doc.clientID;
    const somebody = new Awareness(doc);
    somebody.meta.set(doc.clientID, { clock: LATER, lastUpdated: 0 });
    somebody.setLocalState(state);
    applyAwarenessUpdate(this.awareness, encodeAwarenessUpdate(somebody, [somebody.clientID]), this.cable());
    somebody.destroy();
  }

  close(): void {
    this.awareness.destroy();
    this.doc.destroy();
  }

  greet(cable: Cable): void {
    const { socket } = cable;
    queueMicrotask(() => {
      if (socket !== cable.socket) return;
      socket?.onopen?.();
      cable.tell(wire.step1(Y.encodeStateVector(this.doc)));
      cable.tell(wire.awareness(encodeAwarenessUpdate(this.awareness, [...this.awareness.getStates().keys()])));
    });
  }

  left(cable: Cable): void {
    removeAwarenessStates(this.awareness, [...cable.speaksFor], cable);
  }

  private hear(cable: Cable, frame: Uint8Array): void {
    for (const message of wire.read(frame)) {
      if (message.kind === "step1") cable.tell(wire.step2(Y.encodeStateAsUpdate(this.doc, message.vector)));
      if (message.kind === "step2" || message.kind === "update") {
        cable.heard += 1;
        this.updates += 1;
        Y.applyUpdate(this.doc, message.update, cable);
        this.others(cable, wire.update(message.update));
        cable.tell(wire.acknowledged(cable.heard));
      }
      if (message.kind === "awareness") {
        if (message.update.length > PRESENCE_BYTES) throw new Error("the room takes no such presence");
        applyAwarenessUpdate(this.awareness, message.update, cable);
      }
    }
  }

  private others(cable: Cable, bytes: Uint8Array): void {
    for (const other of this.cables) if (other !== cable) other.tell(bytes);
  }
}
