// What a plan's deeds are at an editor, and what is to become of words. Words are taken out, cut and parted at blanks only, as their actor
// sees them: what is one word for its writer is one for everybody.
import { TextSelection } from "prosemirror-state";
import { Anew, beginning, textsOf } from "./anew.ts";
import { count, type Fault, lines, shapeFaults } from "./oracle.ts";
import type { Deed, Op, Plan } from "./plan.ts";
import { Removed } from "./removed.ts";
import { Scene } from "./scene.ts";
import type { Writer } from "./writer.ts";

/** Time between two letters: what is typed is painted, and sent. */
const LETTER_MS = 60;
/** Longer than what is taken back as one. */
const BREATH_MS = 1_000;
const SLOWEST = 5;
const LONGEST_WAIT = 8;

/** A line as somebody sees it. */
interface Line {
  start: number;
  text: string;
}

function linesOf({ doc }: Writer): Line[] {
  const found: Line[] = [];
  doc.descendants((node, pos) => {
    if (node.isTextblock) found.push({ start: pos + 1, text: node.textContent });
    return !node.isTextblock;
  });
  return found;
}

const whole = ({ text }: Line): boolean => text === "" || /\s$/.test(text);

/** Where a line may be parted: before each word and behind the last, unless that is still being written. */
function placesIn(line: Line): number[] {
  const starts = [...line.text.matchAll(/\S+/g)].map(({ index }) => line.start + index);
  return whole(line) ? [...starts, line.start + line.text.length] : starts;
}

/** How many letters of a word are in a text. */
function lettersIn(text: string, word: string): number {
  if (beginning(word) === word) return text.includes(word) ? word.length : 0;
  return [...word].filter((letter) => text.includes(letter)).length;
}

/** Whether a line has a word's letters in order, with what another wrote at the very place between them. */
const within = (line: string, word: string): boolean => [...line].filter((letter) => word.includes(letter)).join("") === word;

function at<Value>(values: readonly Value[], part: number): Value | undefined {
  return values[Math.floor(part * values.length)];
}

/** Deeds during which what others wrote arrives, or by which nothing is written. */
const WAITS: readonly Deed[] = ["write", "live", "goOn", "goOnLive", "leaves", "returns", "slow", "wait", "breath", "again"];

export class Play {
  /** Every word of the text, and whose it is. */
  private readonly words = new Map<string, string>();
  /** Words that somebody took out who saw them, or may have; and those that must be gone therefore. */
  private readonly gone = new Set<string>();
  private readonly removed: Removed;
  private readonly anew = new Anew();
  /** What the present deed took up again elsewhere. */
  private moved: string[] = [];
  /** What somebody took out or moved, whose undo may do so again. */
  private readonly touched = new Map<string, Set<string>>();

  private constructor(private readonly scene: Scene) {
    this.removed = new Removed(scene.writers);
    for (const line of lines(scene.doc)) for (const word of line.match(/\S+/g) ?? []) this.words.set(word, "");
  }

  /** Plays a plan; answers what does not hold in the end. */
  static async of(plan: Plan, opened: (scene: Scene) => void): Promise<Fault[]> {
    const scene = await Scene.open(plan.base, " ");
    opened(scene);
    if (plan.ops.some(({ who }) => who === "cleo")) await scene.cleoComes();
    const play = new Play(scene);
    for (const op of plan.ops) await play.does(op);
    for (const writer of scene.writers) {
      writer.delay = 1;
      if (!writer.online) await writer.returnToNetwork();
    }
    await scene.quiet();
    return [...scene.differences(), ...shapeFaults(scene.doc), ...play.faults()];
  }

  private faults(): Fault[] {
    const all = lines(this.scene.doc);
    return [...this.words.keys()].flatMap((word): Fault[] => {
      const found = count(all, word);
      const says = `"${word}" in ${JSON.stringify(all)}`;
      if (found > 0 && this.removed.has(word)) return [{ kind: "returned", says }];
      if (found > this.anew.most(word)) return [{ kind: "doubled", says }];
      if (found > 0 || this.gone.has(word) || all.some((line) => within(line, word))) return [];
      return [{ kind: [...word].every((letter) => all.some((line) => line.includes(letter))) ? "misplaced" : "lost", says }];
    });
  }

  private async does(op: Op): Promise<void> {
    const writer = this.scene.named(op.who);
    const before = textsOf(writer, [...this.words.keys()]);
    this.moved = [];
    if (!WAITS.includes(op.does)) this.removed.before(writer);
    await this.deed(op.does, writer, op);
    if (!WAITS.includes(op.does)) this.anew.note(writer, before, this.moved);
    await this.scene.pass(LETTER_MS);
  }

  private async deed(does: Deed, writer: Writer, op: Op): Promise<void> {
    const { scene } = this;
    switch (does) {
      case "write":
      case "live":
        return this.writes(writer, op, this.go(writer, op.at));
      case "goOn":
      case "goOnLive":
        return this.writes(writer, op, this.mayGoOn(writer) || this.go(writer, op.at));
      case "leaves":
        return writer.online ? writer.leaveNetwork() : undefined;
      case "returns":
        return writer.online ? undefined : writer.returnToNetwork();
      case "slow":
        writer.delay = 1 + Math.floor(op.at * SLOWEST);
        return;
      case "wait":
        for (let tick = 0; tick < 1 + op.at * LONGEST_WAIT; tick++) await this.tick();
        return;
      case "breath":
        return scene.pass(BREATH_MS);
      case "again":
        return this.again(writer);
      case "over":
        return this.over(writer, op);
      case "deletes":
        if (this.select(writer, op)) await this.takes(writer, () => void writer.tryKey("Backspace"));
        return;
      case "deletesBlock":
        writer.chooseBlockAt(at(linesOf(writer), op.at)!.start);
        return this.takes(writer, () => void writer.tryKey("Delete"));
      case "deletesRow":
      case "deletesColumn":
        return this.deletes(writer, op, does === "deletesRow" ? "delete_row" : "delete_column");
      case "moves":
        return this.moves(writer, op);
      case "undo":
      case "redo":
        return this.takesBack(writer, does);
      case "joinBefore":
      case "joinNext":
        return this.joins(writer, does, op.at);
      default:
        if (this.go(writer, op.at)) SHAPES[does](writer);
    }
  }

  private async tick(): Promise<void> {
    await this.scene.pass(LETTER_MS);
    await this.scene.tick();
  }

  /** Puts the caret where a line may be parted. */
  private go(writer: Writer, part: number): boolean {
    const place = at(linesOf(writer).flatMap(placesIn), part);
    if (place !== undefined) writer.select(place);
    return place !== undefined;
  }

  /** Whether the caret stands where somebody may write a word. */
  private mayGoOn(writer: Writer): boolean {
    const { selection } = writer.view.state;
    return selection instanceof TextSelection && selection.empty && /(^|\s)$/.test(writer.beforeCaret);
  }

  private begins(writer: Writer, { word }: Op): string {
    this.words.set(word!, writer.name);
    return `${word} `;
  }

  private async writes(writer: Writer, op: Op, can: boolean): Promise<void> {
    if (!can) return;
    const live = op.does === "live" || op.does === "goOnLive";
    await writer.type(this.begins(writer, op), live ? () => this.tick() : undefined);
  }

  /** Selects from one place to another; not a range that is empty. */
  private select(writer: Writer, op: Op, all = linesOf(writer)): boolean {
    const places = all.flatMap(placesIn);
    const [from, to] = [at(places, op.at), at(places, op.to)].sort((one, two) => one! - two!);
    if (from === undefined || to === undefined || from === to) return false;
    writer.select(to, from);
    return true;
  }

  /** An act that takes out what its actor sees: of a word that is still being written, what is there of it. */
  private async takes(writer: Writer, act: () => void | Promise<void>): Promise<void> {
    const before = lines(writer.doc);
    for (const word of await this.vanished(writer, act)) {
      this.gone.add(word);
      if (count(before, word) === 1 && lettersIn(writer.doc.textContent, word) === 0) this.removed.takes(writer, word);
      this.touches(writer, word);
    }
  }

  private async deletes(writer: Writer, op: Op, command: string): Promise<void> {
    if (this.go(writer, op.at)) await this.takes(writer, () => void writer.command(command));
  }

  private async vanished(writer: Writer, act: () => void | Promise<void>): Promise<string[]> {
    const before = writer.doc.textContent;
    await act();
    const after = writer.doc.textContent;
    return [...this.words.keys()].filter((word) => lettersIn(after, word) < lettersIn(before, word));
  }

  private touches(writer: Writer, word: string): void {
    const touched = this.touched.get(writer.name) ?? new Set();
    this.touched.set(writer.name, touched.add(word));
  }

  /** Types a word over words of a line. */
  private async over(writer: Writer, op: Op): Promise<void> {
    const line = at(linesOf(writer), op.at)!;
    if (this.select(writer, { ...op, at: 0 }, [line])) await this.takes(writer, () => writer.type(this.begins(writer, op)));
  }

  /** Cuts words of a line and puts them elsewhere. */
  private async moves(writer: Writer, op: Op): Promise<void> {
    const line = at(linesOf(writer), op.at);
    if (!line || !this.select(writer, { ...op, at: 0 }, [line])) return;
    const clipboard = writer.cut();
    const cut = clipboard.getData("text/plain");
    this.go(writer, op.to);
    writer.paste(clipboard);
    for (const word of this.words.keys()) {
      const letters = lettersIn(line.text, word);
      if (letters === 0) continue;
      this.touches(writer, word);
      if (lettersIn(cut, word) > 0) this.moved.push(word);
      // The rest of a word that is still being written stays where it is written.
      if (letters < word.length) this.gone.add(word);
    }
  }

  /** Undo takes out what its actor wrote, or took out or moved before; not what is others'. */
  private async takesBack(writer: Writer, which: "undo" | "redo"): Promise<void> {
    this.removed.takesBack();
    const vanished = await this.vanished(writer, () => void writer.command(which));
    for (const word of vanished) {
      const own = this.words.get(word) === writer.name || this.touched.get(writer.name)?.has(word);
      if (own) this.gone.add(word);
    }
  }

  /** Joins two lines, unless the first still ends in the middle of a word. */
  private joins(writer: Writer, does: "joinBefore" | "joinNext", part: number): void {
    const all = linesOf(writer);
    const index = Math.floor(part * all.length);
    const [before, line] = [all[index - 1], all[index]];
    if (!before || !line || !whole(before)) return;
    if (does === "joinBefore") writer.select(line.start);
    else writer.select(before.start + before.text.length);
    writer.tryKey(does === "joinBefore" ? "Backspace" : "Delete");
  }

  private async again(writer: Writer): Promise<void> {
    if (writer.online) await writer.leaveNetwork();
    if (writer.unsaved) await writer.kept();
    writer.leave();
    await this.scene.comes(writer.name);
  }
}

const shape = (name: string, args = {}) => (writer: Writer): void => void writer.command(name, args);
const key = (combination: string) => (writer: Writer): void => void writer.tryKey(combination);

type Writes = "write" | "live" | "goOn" | "goOnLive" | "over";
type Passes = "leaves" | "returns" | "slow" | "wait" | "breath" | "again";
type Takes = "deletes" | "deletesBlock" | "deletesRow" | "deletesColumn" | "moves" | "undo" | "redo" | "joinBefore" | "joinNext";
type Shape = Exclude<Deed, Writes | Passes | Takes>;

/** What is done to the line with the caret. */
const SHAPES: Record<Shape, (writer: Writer) => void> = {
  enter: key("Enter"),
  heading: shape("heading", { level: 2 }),
  bullets: shape("bullet_list"),
  numbers: shape("ordered_list"),
  tasks: shape("task_list"),
  quote: shape("blockquote"),
  callout: shape("callout", { kind: "note" }),
  step: shape("step"),
  code: shape("code_block"),
  indent: key("Tab"),
  outdent: key("Shift-Tab"),
  row: shape("row"),
  column: shape("column"),
  headRow: shape("header_row"),
  headColumn: shape("header_column"),
  nextCell: (writer) => void (writer.view.state.selection.$from.depth > 1 && writer.tryKey("Tab")),
  up: key("Alt-ArrowUp"),
  down: key("Alt-ArrowDown"),
};
