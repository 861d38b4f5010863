// The editor as the record page sees it. Everything crosses to Rust as text: `mount` takes its options as JSON, tells what
// happens as (name, JSON), and answers a handle with `command` and `destroy`. README.md describes each of them.
import { dropCursor } from "prosemirror-dropcursor";
import { gapCursor } from "prosemirror-gapcursor";
import { EditorState, type Plugin, TextSelection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { Awareness } from "y-protocols/awareness";
import { initProseMirrorDoc, ySyncPlugin, yUndoPlugin } from "y-prosemirror";
import * as Y from "yjs";
import { Caret, hearCaret, MARGIN, sight } from "./caret.ts";
import { COMMANDS } from "./commands.ts";
import { followKeyboard } from "./dock.ts";
import { floatsOver } from "./float.ts";
import type { Extras, Options, Tell } from "./options.ts";
import { isRemote, isTyping } from "./origin.ts";
import { PasteParser, plainSlice } from "./paste/clean.ts";
import { asText, serializer } from "./paste/copy.ts";
import { Mine } from "./mine.ts";
import { others } from "./people.ts";
import { keepPlaces, writeEmpty } from "./places.ts";
import { bubble } from "./plugins/bubble.ts";
import { calm, composition, scrollerOf, steady } from "./plugins/calm.ts";
import { cursors, showCaret } from "./plugins/cursors.ts";
import { ids } from "./plugins/ids.ts";
import { keys } from "./plugins/keys.ts";
import { numbers, numbersKey, placeOfTarget } from "./plugins/numbers.ts";
import { pairs } from "./plugins/pairs.ts";
import { choosePicture, pictures } from "./plugins/pictures.ts";
import { emptyPaste, hint, presses } from "./plugins/plain.ts";
import { lengthClass, sections, topOf } from "./plugins/sections.ts";
import { shortcuts } from "./plugins/shortcuts.ts";
import { slash, typeSlash } from "./plugins/slash.ts";
import { tables } from "./plugins/tables.ts";
import { plain } from "./rules.ts";
import { recover } from "./recovery.ts";
import { Safety } from "./safety.ts";
import { FRAGMENT, schema, SCHEMA_VERSION } from "./schema.ts";
import { active } from "./selection.ts";
import { Stranded } from "./stranded/stranded.ts";
import { STRINGS, type Strings } from "./strings.ts";
import { browserPorts } from "./sync/browser.ts";
import { Keeper } from "./sync/keep.ts";
import { counts, type Heading, paceOf, SPEAKING_PACE } from "./survey.ts";
import { undoesOf } from "./undo/undo.ts";
import { uploadTo } from "./upload.ts";
import { Views } from "./views.ts";
import { afterPaint, Writing } from "./writing.ts";

export { saveKept } from "./kept.ts";

/** What is further away than so many screens is gone to at once. */
const FAR_SCREENS = 3;
/** A heading that begins so far below the head of what scrolls, in pixels, has begun: for who reads as well
 * (`app/src/pages/workspace/script/here.rs`). */
const BEGUN = 96;
/** The longest that going somewhere takes, in milliseconds; later the hands that scroll are somebody's own. */
const BRING_MS = 2_000;

class Editor {
  private readonly doc = new Y.Doc();
  private readonly awareness: Awareness;
  private readonly safety: Safety;
  private readonly stranded: Stranded;
  private readonly caret = new Caret();
  private readonly writing = new Writing(afterPaint, () => this.safety.typed(), () => this.wrote(), () => this.view && this.caret.painted(this.view));
  private readonly strings: Strings;
  private readonly pm = document.createElement("div");
  private readonly floats: HTMLElement;
  private readonly exit = document.createElement("span");
  private readonly stopKeyboard: () => void;
  private view: EditorView | null = null;
  private pace: number;
  private wasEditable: boolean | null = null;
  private followed: number | null = null;
  /** Whether the page is on its way to the caret of whom we follow. */
  private near = false;
  private bringing: { element: HTMLElement; until: number } | null = null;
  private headings: Heading[] = [];
  private lastSelection = "";
  private lastPresence = "";
  private lastHere = "";
  private frame = 0;
  private over = false;
  private stopScroll: () => void = () => undefined;

  constructor(
    private readonly host: HTMLElement,
    private readonly options: Options,
    private readonly tell: Tell,
    private readonly extras: Extras,
  ) {
    this.strings = { ...STRINGS, ...options.strings };
    this.pace = paceOf(options.pace, SPEAKING_PACE);
    this.awareness = new Awareness(this.doc);
    this.awareness.setLocalState({ user: options.user, cursor: null });
    Object.assign(this.exit, { className: "vh", tabIndex: -1, textContent: this.strings.end });
    host.append(this.pm, this.exit);
    this.floats = floatsOver(host);
    this.stopKeyboard = followKeyboard();
    const url = new URL(options.url, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    for (const [name, value] of [["ack", "1"], ["gather", "1"], ["schema", String(SCHEMA_VERSION)]]) url.searchParams.set(name!, value!);
    const ports = extras.ports ?? browserPorts;
    this.stranded = new Stranded(this.doc, this.awareness, ports, this.writing, () => (this.editable() ? this.view : null));
    this.safety = new Safety(
      this.doc,
      this.awareness,
      { url: url.href, readOnly: options.readOnly, page: this.stranded, hear: () => this.view && hearCaret(this.view) },
      new Keeper(options.key, String(this.doc.clientID)),
      ports,
      (status) => {
        if (this.over) return;
        if (status.loaded) this.show();
        this.setEditable();
        this.tell("status", JSON.stringify(status));
      },
    );
    this.stranded.join(this.safety.link);
    void this.safety.begin();
  }

  /** Runs a command by its name; answers whether it did anything. */
  command(name: string, args: Record<string, unknown>): boolean {
    if (this.view === null) return false;
    hearCaret(this.view);
    this.writing.flush();
    const done = this.run(this.view, name, args);
    this.writing.flush();
    return done;
  }

  private run(view: EditorView, name: string, args: Record<string, unknown>): boolean {
    const own = this.own(name, args);
    if (own !== null) return own;
    const make = COMMANDS[name];
    if (!make) return false;
    let done: boolean;
    try {
      done = make(args)(view.state, view.dispatch, view);
    } catch {
      // Arguments that the schema does not take.
      return false;
    }
    // Focus without scrolling: the caret is where it was, and commands scroll to it themselves.
    if (done && args.focus !== false) view.focus();
    return done;
  }

  destroy(): void {
    // What is told from here on finds nobody.
    this.over = true;
    this.writing.flush();
    this.stranded.end();
    cancelAnimationFrame(this.frame);
    this.stopScroll();
    this.stopKeyboard();
    this.view?.destroy();
    this.view = null;
    this.awareness.setLocalStateField("cursor", null);
    this.safety.end();
    this.floats.remove();
    this.host.replaceChildren();
  }

  /** Tells the view when it may be written in, or no longer; only then, since the view looks at everything anew. */
  private setEditable(): void {
    const editable = this.editable();
    if (!this.view || editable === this.wasEditable) return;
    this.wasEditable = editable;
    this.view.setProps({ editable: () => this.editable() });
  }

  private editable(): boolean {
    return !this.options.readOnly && this.safety.link.state().safety !== "refused";
  }

  /** Commands on the editor rather than on the text; null for a name that is none. */
  private own(name: string, args: Record<string, unknown>): boolean | null {
    switch (name) {
      case "focus":
        this.view!.focus();
        return true;
      case "blur":
        this.view!.dom.blur();
        return true;
      case "go_to":
        return this.goTo(String(args.id ?? ""));
      case "follow":
        this.goAlong(typeof args.client === "number" ? args.client : null);
        return this.follow();
      case "pace":
        this.pace = paceOf(args.pace, this.pace);
        this.sayCounts();
        return true;
      case "picture":
        choosePicture(this.view!);
        return true;
      case "slash":
        return typeSlash(this.view!);
      case "paste_plain":
        void this.pastePlain();
        return true;
      case "recover":
        recover(this.view!, this.options.title);
        return true;
      case "retry":
        this.safety.link.hope();
        return true;
      default:
        return null;
    }
  }

  /** Builds the view once the document is there, so that a long one is drawn once. */
  private show(): void {
    if (this.view) return;
    const fragment = this.doc.getXmlFragment(FRAGMENT);
    const { doc, mapping } = initProseMirrorDoc(fragment, schema);
    const views = new Views((id) => this.options.attachments + encodeURIComponent(id));
    const parser = new PasteParser();
    const survey = () => this.view && numbersKey.getState(this.view.state)?.survey;
    const [editor, { writing }] = [this, this];
    this.view = new EditorView({ mount: this.pm }, {
      state: EditorState.create({ doc: doc.childCount > 0 ? doc : doc.type.createAndFill()!, plugins: this.plugins(fragment, mapping, views) }),
      editable: () => this.editable(),
      attributes: ({ doc: { childCount } }) => ({
        class: lengthClass(childCount),
        role: "textbox",
        "aria-multiline": "true",
        "aria-label": this.strings.label,
        spellcheck: "true",
        autocapitalize: "sentences",
        autocorrect: "on",
        writingsuggestions: "true",
      }),
      nodeViews: views.constructors,
      scrollMargin: MARGIN,
      scrollThreshold: MARGIN,
      clipboardParser: parser,
      transformPastedHTML: (html) => parser.note(html),
      transformPastedText: (text) => plain(text),
      transformPasted: (slice) => plainSlice(slice),
      clipboardSerializer: serializer(() => survey() ?? undefined),
      clipboardTextSerializer: (slice) => asText(slice),
      // `this` is the view: plugins dispatch before the constructor has answered, and the binding after destruction.
      dispatchTransaction(this: EditorView, tr) {
        if (this.isDestroyed) return;
        const { writing } = editor;
        if (isRemote(tr) && writing.owes) reportError(new Error("others' words came before one's own were in place"));
        writing.flush();
        const change = (): void => this.updateState(this.state.apply(tr));
        const seen = document.visibilityState === "visible";
        const key = isTyping(tr) && !this.composing && seen;
        editor.caret.carries(key && tr.scrolledIntoView);
        if (isRemote(tr)) writing.pass(() => steady(this, change));
        else change();
        if (!key) writing.flush();
        // Timers of a page that nobody sees come late, and the browser may end it at any moment.
        if (!seen && tr.docChanged && !isRemote(tr)) editor.safety.hide();
        if (tr.docChanged || tr.getMeta(numbersKey) !== undefined) views.refresh(this);
        if (!writing.owes) editor.saySelection(this);
      },
      handleScrollToSelection: () => this.caret.typing,
      handleDOMEvents: { blur: () => writing.flush() },
    });
    writing.before(undoesOf(this.view, (letters) => this.stranded.regain(letters)));
    keepPlaces(this.view);
    this.watchScroll();
    views.refresh(this.view);
    this.saySelection(this.view);
    this.sayHere();
  }

  private plugins(fragment: Y.XmlFragment, mapping: unknown, views: Views): Plugin[] {
    const float = bubble(this.floats, this.options.icons);
    const leave = (): boolean => {
      if (!float.escape()) this.exit.focus();
      return true;
    };
    return [
      sections(),
      this.writing.behind(ySyncPlugin(fragment, { mapping: mapping as never }) as Plugin, writeEmpty),
      yUndoPlugin(),
      pairs(),
      ids(),
      composition(() => this.safety.link.hold(), () => this.safety.composed()),
      cursors(this.awareness, () => this.moved(), () => this.writing.flush()),
      numbers(() => this.pace, {
        outline: (headings) => {
          this.headings = headings;
          this.tell("outline", JSON.stringify(headings.map(({ pos: _, ...heading }) => heading)));
          this.sayHere();
          if (this.view) views.refresh(this.view);
        },
        counts: (all) => this.tell("counts", JSON.stringify(all)),
      }),
      slash(this.floats, this.options.icons),
      float.plugin,
      shortcuts(),
      ...keys(leave, this.floats),
      tables(this.awareness),
      calm(),
      sight(),
      pictures({
        upload: this.extras.upload ?? (this.options.pictures ? uploadTo(this.options.pictures) : undefined),
        failed: (what, name) => this.tell("failed", JSON.stringify({ what, name })),
        sends: (more) => this.safety.sends(more),
        mine: new Mine(this.options.key),
      }),
      presses((id) => this.goTo(id)),
      hint(this.strings.empty),
      dropCursor({ class: "drop-cursor", color: false }),
      gapCursor(),
      emptyPaste(),
    ];
  }

  /** What was typed is in the document. */
  private wrote(): void {
    this.safety.link.look();
    if (!this.over && this.view && !this.view.isDestroyed) this.saySelection(this.view);
  }

  private saySelection(view: EditorView): void {
    const said = JSON.stringify(active(view.state));
    if (said === this.lastSelection) return;
    this.lastSelection = said;
    this.tell("selection", said);
  }

  private sayCounts(): void {
    const found = this.view && numbersKey.getState(this.view.state)?.survey;
    if (!found || !this.view) return;
    this.tell("counts", JSON.stringify({ ...counts(this.view.state.doc, this.pace), steps: found.steps, clauses: found.clauses }));
  }

  /** Somebody came, went or moved. */
  private moved(): void {
    this.sayPresence();
    this.follow();
  }

  private sayPresence(): void {
    const { followed } = this;
    const people = others(this.awareness).map(({ person, said }) => ({ ...person, here: Boolean(said.cursor), followed: person.client === followed }));
    const words = JSON.stringify(people);
    if (words === this.lastPresence) return;
    this.lastPresence = words;
    this.tell("presence", words);
  }

  /** Follows somebody from now on, or nobody. */
  private goAlong(client: number | null): void {
    if (client === this.followed) return;
    this.followed = client;
    this.sayPresence();
  }

  /** Brings the caret of whom we follow into view. */
  private follow(): boolean {
    const { view, followed } = this;
    if (!view || followed === null) return view !== null;
    const shown = showCaret(view, this.awareness, followed, this.motion());
    this.near = shown === "near";
    return shown !== "nowhere";
  }

  private motion(): ScrollBehavior {
    return matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  }

  /** Goes to a heading, step or figure: to the eye, and with the caret where one can write. */
  private goTo(id: string): boolean {
    const { view } = this;
    const pos = view && placeOfTarget(view.state, id);
    if (!view || pos === null) return false;
    if (this.editable()) {
      view.dispatch(view.state.tr.setSelection(TextSelection.near(view.state.doc.resolve(pos + 1))));
      view.focus();
    }
    const element = view.nodeDOM(pos);
    this.bringing = element instanceof HTMLElement ? { element, until: performance.now() + BRING_MS } : null;
    if (this.bringing) this.bring(this.bringing.element, this.motion());
    return true;
  }

  /** Brings what somebody goes to to the head of the screen. */
  private bring(element: HTMLElement, behavior: ScrollBehavior): void {
    const scroller = scrollerOf(this.view!.dom);
    const away = topOf(element) - scroller.getBoundingClientRect().top - 24;
    // From far away at once, since nobody reads what flies past.
    const far = Math.abs(away) > FAR_SCREENS * scroller.clientHeight;
    if (Math.abs(away) < 1) this.bringing = null;
    else scroller.scrollBy({ top: away, behavior: far ? "instant" : behavior });
  }

  /** In a long text the heights of blocks on the way were guesses; now that they are drawn, it is known where it stands. */
  private arrived(): void {
    const { bringing } = this;
    if (bringing && performance.now() < bringing.until) this.bring(bringing.element, "instant");
    if (this.near) this.follow();
  }

  private watchScroll(): void {
    const { floats } = this;
    const scroller = scrollerOf(this.view!.dom);
    const scrolled = (): void => {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.sayHere());
    };
    // Who scrolls by hand, or goes on by the keyboard, has stopped following, and is where they wanted to be.
    const unfollow = (): void => {
      this.goAlong(null);
      [this.bringing, this.near] = [null, false];
    };
    const listeners: [HTMLElement, string, (event: Event) => void][] = [
      [scroller, "scroll", scrolled],
      [scroller, "scrollend", () => this.arrived()],
      // On the bar beside the text, and not in it.
      [scroller, "pointerdown", ({ target }) => target === scroller && unfollow()],
    ];
    for (const name of ["wheel", "touchmove", "keydown"]) listeners.push([scroller, name, unfollow], [floats, name, unfollow]);
    for (const [of, name, listener] of listeners) of.addEventListener(name, listener, { passive: true });
    this.stopScroll = () => {
      for (const [of, name, listener] of listeners) of.removeEventListener(name, listener);
    };
  }

  /** Says which heading's part is on the screen. */
  private sayHere(): void {
    const { view, headings } = this;
    if (!view || view.isDestroyed) return;
    const edge = scrollerOf(view.dom).getBoundingClientRect().top + BEGUN;
    // As they stand on the page: where they stood in the text when it was surveyed is another place after the next key.
    const drawn = view.dom.querySelectorAll<HTMLElement>("h1, h2, h3, h4, h5, h6");
    let [low, high] = [0, drawn.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (topOf(drawn[middle]!) <= edge) low = middle + 1;
      else high = middle;
    }
    const at = Math.max(0, low - 1);
    const here = drawn[at]?.id || (headings[at]?.id ?? "");
    if (here === this.lastHere) return;
    this.lastHere = here;
    this.tell("here", JSON.stringify(here));
  }

  private async pastePlain(): Promise<void> {
    try {
      const text = await navigator.clipboard.readText();
      if (this.view) hearCaret(this.view);
      this.view?.pasteText(plain(text));
      this.view?.focus();
    } catch {
      this.tell("failed", JSON.stringify({ what: "clipboard", name: "" }));
    }
  }
}

/** What `mount` answers. */
export interface Handle {
  /** Runs a command; `args` is JSON, and may be empty. Answers whether it did anything. */
  command(name: string, args: string): boolean;
  /** Takes the editor off the page. Words that are under way still go out. */
  destroy(): void;
}

/** Puts an editor into an empty element. */
export function mount(host: HTMLElement, options: string, tell: Tell, extras: Extras = {}): Handle {
  const editor = new Editor(host, JSON.parse(options) as Options, tell, extras);
  return {
    command: (name, args) => editor.command(name, args ? (JSON.parse(args) as Record<string, unknown>) : {}),
    destroy: () => editor.destroy(),
  };
}
