// Words that lose their place because somebody else changes the line they stand in at the same time. A Yjs element cannot be moved: who
// makes a paragraph a list, joins, indents or undoes it, takes the element away and writes what it said into another; what they had not
// seen yet goes with the element. Whoever wrote it notices when the change arrives, and writes it again where the text around it went;
// the caret follows the same way. Where its writer is gone, whoever took the element away does it (`waiting.ts`). How the place is found:
// `place.ts`; what nobody finds a place for becomes a paragraph of its own behind what stood before it.
import type { Node } from "prosemirror-model";
import type { Transaction } from "prosemirror-state";
import type { Mapping } from "prosemirror-transform";
import type { EditorView } from "prosemirror-view";
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import type { Page, Ports } from "../sync/link.ts";
import { type Caret, caretsOf, linesIn, nodeNow, offsetWithin } from "./carets.ts";
import { Change, takenBack, takenIn } from "./change.ts";
import { blockPiece, type Fate, type FateOf, idOf, nameOf, Reading, standsAt } from "./reading.ts";
import { type Piece, reselect, restore, type Spot } from "./restore.ts";
import { Waits } from "./waiting.ts";
import { isInline, lineOf, type Type, typeOf, unitsOf } from "./was.ts";

type Deletes = Y.Transaction["deleteSet"];

/** What others write, as the link lets it in; it is the origin of those changes. */
export interface Others {
  /** The updates that are being integrated. */
  readonly arriving: Uint8Array[];
  /** What an earlier page could not hand over, while it is being taken up. */
  readonly restoring: Uint8Array | null;
  /** Called before that, with all of what the earlier page had, and what of it the server may not have. */
  restores: (state: Uint8Array, unsent: Uint8Array) => void;
  readonly unsent: { readonly empty: boolean };
  /** To be called when what the page owes may have changed. */
  look(): void;
}

/** What has lost its place in a change that is being integrated. */
interface Found {
  /** The lines of the text before. */
  old: Set<Node>;
  pieces: Piece[];
  /** Where both ends of what was selected were. */
  spots: (Spot | null)[];
  /** Whether an undo of this page is what takes them their place. */
  undo: boolean;
}

/** Others may not have seen what was written within so many milliseconds. */
const RECENT_MS = 5_000;
/** So often is noted when what was written. */
const NOTED_MS = 100;

/** The page as the link sees it: what is being typed, and what has lost its place and is not back yet. */
export class Stranded implements Page {
  private readonly waits: Waits;
  private others: Others | null = null;
  private found: Found | null = null;
  /** What was taken away here, each with all that went with it. */
  private readonly taken = new Map<Type, Deletes>();
  /** When what was written here. */
  private wrote: { at: number; clock: number }[] = [];

  constructor(
    private readonly doc: Y.Doc,
    awareness: Awareness,
    private readonly ports: Ports,
    private readonly page: Page,
    /** The view while it may be written in. */
    private readonly view: () => EditorView | null,
  ) {
    this.waits = new Waits(doc, awareness, ports, (piece) => this.give(piece), () => this.others?.look());
  }

  /** From now on others' changes come. */
  join(others: Others): void {
    this.others = others;
    others.restores = (state, unsent) => this.restores(state, unsent);
    this.doc.on("beforeObserverCalls", this.look);
    this.doc.on("afterAllTransactions", this.bring);
    // Before the page's last words go out.
    addEventListener("pagehide", this.waits.last, true);
  }

  get owes(): boolean {
    return this.page.owes || this.waits.owes;
  }

  flush(): void {
    this.page.flush();
  }

  end(): void {
    this.waits.last();
    removeEventListener("pagehide", this.waits.last, true);
    this.doc.off("beforeObserverCalls", this.look);
    this.doc.off("afterAllTransactions", this.bring);
  }

  private readonly look = (tr: Y.Transaction): void => {
    const others = this.others!;
    if (others.restoring) this.adopt(tr, others.restoring);
    if (tr.origin !== others) this.note(tr, others.unsent.empty);
    const view = this.view();
    if (!view) return;
    try {
      if (tr.origin === others) this.lookAtOthers(new Change(tr, takenIn(others.arriving)), view);
      else if (tr.origin instanceof Y.UndoManager) this.lookAtUndo(new Change(tr, takenBack(tr, tr.origin)), view);
    } catch (error) {
      // The change itself is integrated, whatever is wrong here.
      globalThis.reportError(error);
    }
  };

  /** An earlier page's words come when this one has what others wrote since: what they took away meanwhile was never seen here. */
  private restores(state: Uint8Array, unsent: Uint8Array): void {
    if (this.doc.store.clients.size === 0) return;
    const earlier = new Y.Doc({ gc: false });
    Y.applyUpdate(earlier, state);
    const writers = new Set(Y.decodeUpdate(unsent).structs.map(({ id }) => id.client));
    const since = Y.encodeStateAsUpdate(this.doc);
    earlier.on("beforeObserverCalls", (tr) => {
      for (const piece of strays(new Change(tr, takenIn([since])), (client) => writers.has(client))) this.waits.add(piece);
    });
    Y.applyUpdate(earlier, since);
  }

  /** What an earlier page of the same person wrote and took away, and the server may not have. */
  private adopt(tr: Y.Transaction, unsent: Uint8Array): void {
    const { structs, ds } = Y.decodeUpdate(unsent);
    this.waits.speaksFor(structs.map(({ id }) => id.client));
    this.takes(tr, ds as Deletes);
  }

  /** A change of this page: what it took away, and what of it others may not have seen. */
  private note(tr: Y.Transaction, allSent: boolean): void {
    const clock = tr.beforeState.get(this.doc.clientID) ?? 0;
    if ((tr.afterState.get(this.doc.clientID) ?? 0) > clock) {
      const now = this.ports.now();
      if (allSent) this.wrote = this.wrote.filter(({ at }) => now - at < RECENT_MS);
      if (now - (this.wrote.at(-1)?.at ?? 0) > NOTED_MS) this.wrote.push({ at: now, clock });
    }
    this.takes(tr, tr.deleteSet);
  }

  private takes(tr: Y.Transaction, deletes: Deletes): void {
    Y.iterateDeletedStructs(tr, deletes, (item) => {
      const type = item instanceof Y.Item ? typeOf(item) : null;
      if (type) this.taken.set(type, deletes);
    });
  }

  private readonly isMine = (client: number): boolean => client === this.doc.clientID || this.waits.wroteAs(client);

  /** What others have just written into something that was taken away here. */
  private lookAtNew(change: Change): void {
    const lines = new Map<Y.XmlElement, Deletes>();
    for (const item of change.newItems()) {
      const deletes = this.taken.get(item.parent as Type);
      if (!deletes || change.wasTaken(item.id) || item.parentSub !== null) continue;
      const [line, type] = [lineOf(item), typeOf(item)];
      if (type && !isInline(type)) {
        const piece = blockPiece(item, (one) => change.isNew(one) || Y.isDeleted(deletes, one.id));
        if (piece) this.waits.add(piece);
      } else if (line) lines.set(line, deletes);
    }
    for (const [line, deletes] of lines) {
      const fate: FateOf = (item, letter) => {
        if (change.isNew(item)) return change.wasTaken(idOf(item, letter)) ? null : "stranded";
        return Y.isDeleted(deletes, idOf(item, letter)) ? "taken" : null;
      };
      for (const piece of new Reading(line, fate, () => false).stranded()) this.waits.add(piece);
    }
  }

  /** What stood in something that is taken back here: only the text is taken back that was put in then. */
  private lookAtUndo(change: Change, view: EditorView): void {
    const pieces = strays(change, () => true);
    if (pieces.length > 0) this.found = { old: linesIn(view.state.doc), pieces, spots: [], undo: true };
  }

  /** What was written here in something that others have just taken away, and where the caret is then. */
  private lookAtOthers(change: Change, view: EditorView): void {
    if (this.taken.size > 0) this.lookAtNew(change);
    const { lines, blocks } = change.gone(this.isMine);
    if (lines.size === 0 && blocks.length === 0) return;
    const carets = caretsOf(view, this.doc);
    const near = [...lines].filter((line) => carets.some((caret) => caret?.line === line) || this.hasMine(line, change));
    if (near.length === 0 && blocks.length === 0) return;
    const found: Found = { old: linesIn(view.state.doc), pieces: [], spots: [null, null], undo: false };
    const places = this.add(found, blocks.flatMap((item) => strayOf(item, change)));
    carets.forEach((caret, end) => {
      found.spots[end] = caret && spotIn(caret, blocks, places);
    });
    for (const line of near) this.lookAtLine(line, change, view, carets, found);
    this.found = found;
  }

  /** What of a line goes back where; answers which piece is which. */
  private lookAtLine(line: Y.XmlElement, change: Change, view: EditorView, carets: (Caret | null)[], found: Found): void {
    const read = new Reading(line, (item, letter) => fateOf(item, letter, change, this.isMine(item.id.client)), this.isMine, this.recent());
    const places = this.add(found, [...read.stranded(), ...astray(read, line, view)]);
    const not = line._item?.deleted ? null : () => nodeNow(view, line);
    carets.forEach((caret, end) => {
      if (caret?.line === line) found.spots[end] = read.spot(caret.offset, places, not);
    });
  }

  private add(found: Found, pieces: Piece[]): Map<string, number> {
    const places = new Map<string, number>();
    for (const piece of pieces) {
      const first = piece.letters[0]!;
      // Another page of this person may be there, and bring it back itself.
      if (first.client !== this.doc.clientID) this.waits.add(piece);
      else places.set(nameOf(first), found.pieces.push(piece) - 1);
    }
    return places;
  }

  private hasMine(line: Y.XmlElement, change: Change): boolean {
    return unitsOf(line, change.was).some(({ item }) => this.isMine(item.id.client));
  }

  /** What others may not have seen yet of what was written here. */
  private recent(): (id: Y.ID) => boolean {
    const since = this.wrote[0]?.clock ?? Number.POSITIVE_INFINITY;
    return ({ client, clock }) => client === this.doc.clientID && clock >= since;
  }

  private readonly bring = (): void => {
    const { found } = this;
    const view = this.view();
    this.found = null;
    if (found && view && !view.isDestroyed) this.carry(view, found);
  };

  /** Puts a piece back; false while an input method composes, or where nothing may be written. */
  private give(piece: Piece): boolean {
    const view = this.view();
    if (!view || view.isDestroyed || view.composing) return false;
    this.carry(view, { old: new Set(), pieces: [piece], spots: [], undo: false });
    return true;
  }

  private carry(view: EditorView, { old, pieces, spots, undo }: Found): void {
    const step = (change: (tr: Transaction) => void): Mapping => {
      const { tr } = view.state;
      change(tr);
      // What follows an undo is no step of its own: what was undone can still be done again.
      if (undo || !tr.docChanged) tr.setMeta("addToHistory", false);
      if (tr.docChanged || tr.selectionSet) view.dispatch(tr);
      this.page.flush();
      return tr.mapping;
    };
    try {
      const ends = restore(view.state.doc, old, pieces, spots, step);
      step((tr) => reselect(tr, ends[0] ?? null, ends[1] ?? null));
      if (pieces.length > 0) this.waits.brought(pieces.flatMap(({ letters }) => letters));
    } catch (error) {
      globalThis.reportError(error);
    }
  }
}

/** What a change leaves without a place, of certain writers. */
function strays(change: Change, isMine: (client: number) => boolean): Piece[] {
  const { lines, blocks } = change.gone(isMine);
  const fate: FateOf = (item, letter) => fateOf(item, letter, change, isMine(item.id.client));
  return [...blocks.flatMap((item) => strayOf(item, change)), ...[...lines].flatMap((line) => new Reading(line, fate, isMine).stranded())];
}

function strayOf(item: Y.Item, change: Change): Piece[] {
  const piece = blockPiece(item, change.was);
  return piece ? [piece] : [];
}

/** What was written here a moment ago behind letters that have just gone elsewhere, and did not go with them. */
function astray(read: Reading, line: Y.XmlElement, view: EditorView): Piece[] {
  if (line._item?.deleted) return [];
  return read.astray().map(({ piece, least }) => {
    const find = (doc: Node) => standsAt(doc, nodeNow(view, line), line, piece.letters);
    return { ...piece, astray: { least, find } };
  });
}

/** Where a caret is in one of the blocks that lose their place; null for elsewhere. */
function spotIn(caret: Caret, blocks: Y.Item[], places: Map<string, number>): Spot | null {
  for (const block of blocks) {
    const [offset, piece] = [offsetWithin(caret, block), places.get(nameOf(block.id))];
    if (offset !== null && piece !== undefined) return { piece, offset };
  }
  return null;
}

/** What became of a letter in a change; `own`: whether it is this page's to bring back. */
function fateOf(item: Y.Item, letter: number, change: Change, own: boolean): Fate | null {
  if (!change.was(item)) return null;
  if (!item.deleted) return "stays";
  if (change.wasTaken(idOf(item, letter))) return "taken";
  return own ? "stranded" : "foreign";
}
