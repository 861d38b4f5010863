// Words that lose their place because somebody else changes the line they stand in at the same time. A Yjs element cannot be moved: who
// makes a paragraph a list, joins, indents or undoes it, takes the element away and writes what it said into another; what they had not
// seen yet goes with the element. Whoever wrote it notices when the change arrives, and writes it again where the text around it went;
// the caret follows the same way. Where its writer is gone, or has not done so for long, whoever took the element away does it
// (`waiting.ts`). How the place is found:
// `place.ts`; what nobody finds a place for becomes a paragraph of its own behind what stood before it.
import type { Node } from "prosemirror-model";
import type { Transaction } from "prosemirror-state";
import type { Mapping } from "prosemirror-transform";
import type { EditorView } from "prosemirror-view";
import type { Awareness } from "y-protocols/awareness";
import { yUndoPluginKey } from "y-prosemirror";
import * as Y from "yjs";
import { hearCaret } from "../caret.ts";
import { schema } from "../schema.ts";
import type { Page, Ports } from "../sync/link.ts";
import { noteRewritten } from "../undo/copies.ts";
import { Mislaid } from "../undo/mislaid.ts";
import { noteMoves } from "../undo/moved.ts";
import { type Caret, caretsOf, linesIn, nodeNow, offsetWithin } from "./carets.ts";
import { standsAlready } from "./again.ts";
import { Change, takenBack, takenIn, Update } from "./change.ts";
import type { Clocks } from "./claims.ts";
import { type Deletes, idOf, type Letters, LetterSet, nameOf, without } from "./letters.ts";
import { blockPiece, type Fate, type FateOf, Reading, standsAt } from "./reading.ts";
import { Recent } from "./recent.ts";
import { type Piece, reselect, restore, type Spot } from "./restore.ts";
import { Waits, type Whose } from "./waiting.ts";
import { isInline, lineOf, type Type, typeOf, unitsOf } from "./was.ts";

/** What others write, as the link lets it in; it is the origin of those changes. */
export interface Others {
  /** The updates that are being integrated. */
  readonly arriving: Uint8Array[];
  /** What others say of themselves in the same moment. */
  readonly saying: Uint8Array[];
  /** What an earlier page could not hand over, while it is being taken up. */
  readonly restoring: Uint8Array | null;
  /** Called before that, with all of what the earlier page had, and what of it the server may not have. */
  restores: (state: Uint8Array, unsent: Uint8Array) => void;
  readonly unsent: { readonly empty: boolean };
  /** Whether everything that others write is heard. */
  readonly live: boolean;
  /** Whether the server takes nothing from here. */
  readonly refused: boolean;
  /** To be called when what the page owes may have changed. */
  look(): void;
  /** What this page says of itself goes out no later than what is in the document now. */
  hasten(): void;
}

/** What has lost its place in a change that is being integrated. */
interface Found {
  /** The lines of the text before. */
  old: Set<Node>;
  pieces: Piece[];
  /** Where both ends of what was selected were. */
  spots: (Spot | null)[];
  /** Whether they are this person's, who may take them back as any other step. */
  own: boolean;
}

/** The page as the link sees it: what is being typed, and what has lost its place and is not back yet. */
export class Stranded implements Page {
  private readonly waits: Waits;
  private others: Others | null = null;
  private found: Found | null = null;
  /** What was taken away here, each with all that went with it. */
  private readonly taken = new Map<Type, Deletes>();
  /** What others wrote into it, and what they took away of that themselves. */
  private readonly came = new LetterSet();
  private readonly withdrawn = new LetterSet();
  private readonly mislaid = new Mislaid();
  /** What was brought back of a step that can be taken back. */
  private readonly ofSteps = new LetterSet();
  private readonly recent: Recent;

  constructor(
    private readonly doc: Y.Doc,
    awareness: Awareness,
    ports: Ports,
    private readonly page: Page,
    /** The view while it may be written in. */
    private readonly view: () => EditorView | null,
  ) {
    this.recent = new Recent(doc.clientID, () => ports.now());
    this.waits = new Waits(doc, awareness, ports, {
      live: () => this.others?.live ?? false,
      give: (pieces, goes) => this.give(pieces, goes),
      stands: (piece, isNew) => this.stands(piece, isNew),
      changed: () => this.others?.look(),
      hasten: () => this.others?.hasten(),
    });
  }

  /** From now on others' changes come. */
  join(others: Others): void {
    this.others = others;
    others.restores = (state, unsent) => this.restores(state, unsent);
    this.doc.on("beforeObserverCalls", this.look);
    this.doc.on("afterAllTransactions", this.bring);
    // Before the page's last words go out.
    addEventListener("pagehide", this.goes, true);
    addEventListener("visibilitychange", this.hides, true);
  }

  get owes(): boolean {
    // Without a network it is not this page's turn yet; and what is refused can be given by nobody here.
    return this.page.owes || (this.waits.owes && this.others!.live && !this.others!.refused);
  }

  flush(): void {
    this.page.flush();
  }

  end(): void {
    this.waits.end();
    removeEventListener("pagehide", this.goes, true);
    removeEventListener("visibilitychange", this.hides, true);
    this.doc.off("beforeObserverCalls", this.look);
    this.doc.off("afterAllTransactions", this.bring);
  }

  private readonly goes = (): void => this.waits.last(true);
  private readonly hides = (): void => {
    if (document.visibilityState === "hidden") this.waits.last(false);
  };

  private readonly look = (tr: Y.Transaction): void => {
    const others = this.others!;
    if (others.restoring) this.adopt(tr, others.restoring);
    if (tr.origin !== others) {
      this.recent.note(new Change(tr, () => true), tr, others.unsent.empty);
      this.takes(tr, tr.deleteSet);
    }
    const view = this.view();
    if (!view) return;
    const updates = tr.origin === others ? others.arriving.map((update) => new Update(update)) : [];
    guarded(() => {
      if (tr.origin === others) this.lookAtOthers(tr, updates, others.saying, view);
      else if (tr.origin instanceof Y.UndoManager) this.lookAtUndo(new Change(tr, takenBack(tr)), view);
    });
    if (tr.origin !== others) return;
    const change = new Change(tr, () => true);
    guarded(() => this.mislaid.note(change.goneTypes(), change, undoesOf(view)));
    guarded(() => noteMoves(tr, change, updates));
  };

  /** An earlier page's words come when this one has what others wrote since: what they took away meanwhile was never seen here. */
  private restores(state: Uint8Array, unsent: Uint8Array): void {
    if (this.doc.store.clients.size === 0) return;
    try {
      const earlier = new Y.Doc({ gc: false });
      Y.applyUpdate(earlier, state);
      const writers = new Set(Y.decodeUpdate(unsent).structs.map(({ id }) => id.client));
      const [since, here] = [Y.encodeStateAsUpdate(this.doc), Y.encodeStateVector(this.doc)];
      earlier.on("beforeObserverCalls", (tr) => {
        const change = new Change(tr, takenIn([new Update(since)]));
        for (const piece of strays(change, (client) => writers.has(client))) this.waitFor(piece, Y.decodeStateVector(here));
      });
      Y.applyUpdate(earlier, since);
    } catch (error) {
      // What the earlier page wrote is taken up all the same.
      globalThis.reportError(error);
    }
  }

  /** What an earlier page of this person wrote: it may be there still, and bring it back itself. */
  private waitFor(piece: Piece, before: Clocks): void {
    const first = piece.letters[0]!;
    const read = (whose: Whose): Piece[] => (this.waits.claims.isBack(first) || !whose(first.client) ? [] : [piece]);
    this.waits.add(piece, first.client, piece.letters, before, read);
  }

  /** What an earlier page of the same person wrote and took away, and the server may not have. */
  private adopt(tr: Y.Transaction, unsent: Uint8Array): void {
    const { structs, ds } = Y.decodeUpdate(unsent);
    this.waits.speaksFor(structs.map(({ id }) => id.client));
    this.takes(tr, ds as Deletes);
  }

  private takes(tr: Y.Transaction, deletes: Deletes): void {
    Y.iterateDeletedStructs(tr, deletes, (item) => {
      const type = item instanceof Y.Item ? typeOf(item) : null;
      if (type) this.taken.set(type, deletes);
    });
  }

  private readonly isMine = (client: number): boolean => client === this.doc.clientID || this.waits.wroteAs(client);

  /** What others have just written into something that was taken away here, and what of it they took away again. */
  private lookAtNew(change: Change, updates: Update[]): void {
    for (const item of change.newItems()) {
      const deletes = this.taken.get(item.parent as Type);
      if (!deletes || updates.some((update) => update.names(item.id) && update.brings(item.id))) continue;
      const letters = { client: item.id.client, clock: item.id.clock, length: item.length };
      this.came.add(letters);
      // It is read when it is given; Yjs would let go of what is in it now.
      item.keep = true;
      const type = typeOf(item);
      // What comes into that belongs to it.
      if (type) this.taken.set(type, deletes);
      if (item.parentSub === null) this.waitIn(this.home(item), item.id.client, letters, change.before, deletes);
      else this.waits.claims.lose([letters], change.before);
    }
    if (this.waits.owes) for (const update of updates) this.withdraw(change, update);
  }

  /** What others took away of that. An update may name whatever is gone, also what its page never saw anybody take away: then it names
   * as well what that stood in, of which whoever takes away what they see there does not know that it is gone. */
  private withdraw(change: Change, update: Update): void {
    const named = [...update.deletes.clients].flatMap(([client, some]) =>
      some.flatMap(({ clock, len }) => [...this.came.within({ client, clock, length: len })]),
    );
    change.each(named, (item) => {
      const { client, clock } = item.id;
      const around = (this.home(item).parent as Type)._item;
      // Who wrote it, and was here all the time, would have brought back what went with something else.
      const isWriters = update.bringsOf(client) && !this.waits.hasLeft(client);
      if (isWriters || !around || !update.names(around.id)) this.withdrawn.add({ client, clock, length: item.length });
    });
  }

  /** The outermost of what came that an item stands in; itself, where it stands in what was there. */
  private home(item: Y.Item): Y.Item {
    const parent = (item.parent as Type)._item;
    return parent && this.came.has(parent.id) ? this.home(parent) : item;
  }

  private waitIn(home: Y.Item, client: number, letters: Letters, before: Clocks, deletes: Deletes): void {
    const { claims } = this.waits;
    const came = (item: Y.Item, letter = 0): boolean => {
      const id = idOf(item, letter);
      return this.came.has(id) && !claims.isBack(id) && !this.withdrawn.has(id);
    };
    const [line, type] = [lineOf(home), typeOf(home)];
    if (type && !isInline(type)) {
      const writer = home.id.client;
      this.waits.add(home, writer, [letters], before, (whose) => {
        const piece = whose(writer) && came(home) ? blockPiece(home, came) : null;
        return piece ? [piece] : [];
      });
    } else if (line) {
      const fateFor = (whose: Whose): FateOf => (item, letter) => {
        if (Y.isDeleted(deletes, idOf(item, letter))) return "taken";
        return came(item, letter) ? (whose(item.id.client) ? "stranded" : "foreign") : null;
      };
      this.waits.add(line, client, [letters], before, (whose) => new Reading(line, fateFor(whose), () => false).stranded());
    }
  }

  /** What stood in something that is taken back here: only the text is taken back that was put in then. */
  private lookAtUndo(change: Change, view: EditorView): void {
    const pieces = strays(change, () => true);
    if (pieces.length > 0) this.found = { old: linesIn(view.state.doc), pieces, spots: [], own: false };
  }

  /** Brings back what was deleted here in lines that others have made something else of since; answers what was written for it. */
  regain(letters: Letters[]): Letters | null {
    const [pieces, view, clock] = [this.mislaid.of(letters), this.view(), this.clock];
    const isBack = pieces.length > 0 && view !== null && this.carry(view, { old: new Set(), pieces, spots: [], own: false });
    return isBack && this.clock > clock ? { client: this.doc.clientID, clock, length: this.clock - clock } : null;
  }

  /** What was written here in something that others have just taken away, and where the caret is then. */
  private lookAtOthers(tr: Y.Transaction, updates: Update[], saying: readonly Uint8Array[], view: EditorView): void {
    const change = new Change(tr, takenIn(updates));
    this.waits.claims.foretell(saying);
    if (this.taken.size > 0) this.lookAtNew(change, updates);
    const { lines, blocks } = change.gone(this.isMine);
    if (lines.size === 0 && blocks.length === 0) return;
    const carets = caretsOf(view, this.doc);
    const near = [...lines].filter((line) => carets.some((caret) => caret?.line === line) || this.hasMine(line, change));
    if (near.length === 0 && blocks.length === 0) return;
    const found: Found = { old: linesIn(view.state.doc), pieces: [], spots: [null, null], own: true };
    const places = this.add(found, blocks.flatMap((item) => strayOf(item, change)), change.before);
    carets.forEach((caret, end) => {
      found.spots[end] = caret && spotIn(caret, blocks, places);
    });
    for (const line of near) this.lookAtLine(line, change, view, carets, found);
    this.found = found;
  }

  /** What of a line goes back where; answers which piece is which. */
  private lookAtLine(line: Y.XmlElement, change: Change, view: EditorView, carets: (Caret | null)[], found: Found): void {
    const fate: FateOf = (item, letter) => fateOf(item, letter, change, this.isMine(item.id.client));
    const read = new Reading(line, fate, this.isMine, this.recent.of(this.others!.unsent.empty));
    const places = this.add(found, [...read.stranded(), ...astray(read, line, view)], change.before);
    const not = line._item?.deleted ? null : () => nodeNow(view, line);
    carets.forEach((caret, end) => {
      if (caret?.line === line) found.spots[end] = read.spot(caret.offset, places, not);
    });
  }

  private add(found: Found, pieces: Piece[], before: Clocks): Map<string, number> {
    const places = new Map<string, number>();
    const { claims } = this.waits;
    for (const { letters } of pieces) claims.lose(letters, before);
    // What was brought back while an input method composed here came with this change.
    claims.prove();
    for (const piece of pieces) {
      const [first, { clientID }] = [piece.letters[0]!, this.doc];
      if (first.client !== clientID) this.waitFor(piece, before);
      else if (!claims.isBack(first)) places.set(nameOf(first), found.pieces.push(piece) - 1);
      // What another wrote within is no step of this person's.
      found.own &&= piece.letters.every(({ client }) => this.isMine(client));
    }
    return places;
  }

  private hasMine(line: Y.XmlElement, change: Change): boolean {
    return unitsOf(line, change.was).some(({ item }) => this.isMine(item.id.client));
  }

  private readonly bring = (): void => {
    const { found } = this;
    const view = this.view();
    this.found = null;
    if (!found || !view || view.isDestroyed || this.carry(view, found)) return;
    this.carry(view, { ...found, pieces: found.pieces.map(asWords), spots: [] });
  };

  /** Puts others' pieces back; false while an input method composes, or where nothing may be written. */
  private give(pieces: Piece[], goes: boolean): boolean {
    const view = this.view();
    if (!view || view.isDestroyed || (view.composing && !goes)) return false;
    hearCaret(view);
    const give = (some: Piece[]): boolean => this.carry(view, { old: new Set(), pieces: some, spots: [], own: false });
    // What cannot be put back as it was is put back as words, and what cannot at all keeps nothing else waiting.
    if (!give(pieces)) give(pieces.map(asWords));
    return true;
  }

  private stands(piece: Piece, isNew: (id: Y.ID) => boolean): boolean {
    const view = this.view();
    if (!view || view.isDestroyed) return false;
    this.page.flush();
    return standsAlready(view, piece, isNew);
  }

  /** Answers whether it could be done. */
  private carry(view: EditorView, { old, pieces, spots, own }: Found): boolean {
    try {
      const ends = restore(view.state.doc, old, pieces, spots, (change, back) => this.step(view, change, own, back));
      this.step(view, (tr) => reselect(tr, ends[0] ?? null, ends[1] ?? null), false, []);
      keepBack(undoesOf(view), pieces.flatMap(({ letters }) => letters));
      return true;
    } catch (error) {
      globalThis.reportError(error);
      return false;
    }
  }

  private step(view: EditorView, change: (tr: Transaction) => void, own: boolean, back: Piece[]): Mapping {
    this.page.flush();
    const undoes = undoesOf(view);
    const [{ tr }, again, clock] = [view.state, [...undoes.redoStack], this.clock];
    change(tr);
    // What follows from what somebody else did, or from an undo, is no step of its own, and what was undone can still be done again. It
    // belongs to the step that wrote it first, where that is known.
    const isStep = own && !back.every(({ letters: [first] }) => this.isOfStep(first!, undoes));
    if (!isStep) tr.setMeta("addToHistory", false);
    if (tr.docChanged || tr.selectionSet) view.dispatch(tr);
    this.page.flush();
    undoes.redoStack = again;
    if (back.length === 0) return tr.mapping;
    const by = { clock, length: this.clock - clock };
    if (own && !isStep) this.ofSteps.add({ client: this.doc.clientID, ...by });
    noteRewritten(this.doc, back, clock);
    this.waits.claims.brought(back, by);
    return tr.mapping;
  }

  /** Whether a letter is part of a step that can be taken back. */
  private isOfStep(letter: Y.ID, { undoStack }: Y.UndoManager): boolean {
    return this.ofSteps.has(letter) || undoStack.some(({ insertions }) => Y.isDeleted(insertions, letter));
  }

  private get clock(): number {
    return Y.getState(this.doc.store, this.doc.clientID);
  }
}

const undoesOf = (view: EditorView): Y.UndoManager => (yUndoPluginKey.getState(view.state) as { undoManager: Y.UndoManager }).undoManager;

/** The change itself is integrated, whatever is wrong with what follows from it. */
function guarded(act: () => void): void {
  try {
    act();
  } catch (error) {
    globalThis.reportError(error);
  }
}

/** What was brought back while something is undone (or done again) is not brought back once more when that is done again. */
function keepBack(undoes: Y.UndoManager, letters: Letters[]): void {
  const stack = undoes.undoing ? undoes.redoStack : undoes.redoing ? undoes.undoStack : [];
  const step = stack.at(-1);
  if (step) step.deletions = without(step.deletions, letters);
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

/** The words of a piece, for a paragraph of their own. */
function asWords(piece: Piece): Piece {
  const text = [...piece.inline, ...(piece.block ? [piece.block] : [])].map(({ textContent }) => textContent).join("");
  return { ...piece, inline: [], context: null, block: schema.node("paragraph", null, text ? [schema.text(text)] : []), shell: null };
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
  if (change.wasTaken(item, letter)) return "taken";
  return own ? "stranded" : "foreign";
}
