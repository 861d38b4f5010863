// Small things: the hint in an empty document, tasks that are ticked with a press, links that open with Ctrl or Cmd, a paste of nothing.
import { Plugin } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { hearCaret } from "../caret.ts";
import { schema } from "../schema.ts";

const { nodes } = schema;

/** Shows `words` while there is nothing but an empty paragraph. */
export function hint(words: string): Plugin {
  return new Plugin({
    props: {
      decorations: ({ doc }) => {
        const only = doc.firstChild;
        if (!only || doc.childCount !== 1 || only.type !== nodes.paragraph || only.content.size > 0) return null;
        return DecorationSet.create(doc, [Decoration.node(0, only.nodeSize, { class: "is-empty", "data-hint": words })]);
      },
    },
  });
}

/** A press on a task's box ticks it; a press on a link with Ctrl or Cmd opens it, one on a reference goes there. */
export function presses(goTo: (id: string) => void): Plugin {
  return new Plugin({
    props: {
      handleDOMEvents: {
        mousedown: (_, event) => {
          // The box is no place for the caret.
          if (!(event.target as Element).closest?.(".task-box")) return false;
          event.preventDefault();
          return true;
        },
        click: (view, event) => {
          const target = event.target as Element;
          const box = target.closest<HTMLElement>(".task-box");
          if (box && view.editable) {
            hearCaret(view);
            const $pos = view.state.doc.resolve(view.posAtDOM(box.parentElement!, 0));
            for (let depth = $pos.depth; depth > 0; depth--) {
              if ($pos.node(depth).type !== nodes.task_item) continue;
              view.dispatch(view.state.tr.setNodeAttribute($pos.before(depth), "checked", !$pos.node(depth).attrs.checked));
              break;
            }
            return true;
          }
          const link = target.closest<HTMLAnchorElement>("a[href]");
          if (!link) return false;
          event.preventDefault();
          const href = link.getAttribute("href")!;
          if (href.startsWith("#")) {
            if (link.matches(".xref, .toc a") || event.ctrlKey || event.metaKey) goTo(href.slice(1));
          } else if (event.ctrlKey || event.metaKey) {
            window.open(href, "_blank", "noopener,noreferrer");
          }
          return false;
        },
      },
    },
  });
}

/** A paste in which there is nothing to put in, such as a file that is no picture, is over. Else the view takes the clipboard for
 * unreadable and gives the keyboard to a `fixed` box in the text, to which the page would scroll. */
export function emptyPaste(): Plugin {
  return new Plugin({ props: { handlePaste: (_, event, slice) => slice.content.size === 0 && event.clipboardData !== null } });
}
