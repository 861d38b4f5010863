// Where things float: beside a place in the text, inside what is visible above a phone's keyboard.

import { scrollerOf } from "./plugins/calm.ts";

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const GAP = 8;
const EDGE = 8;

/** What of the page can be seen, in client coordinates. */
export function visible(): Box {
  const port = window.visualViewport;
  if (!port) return { left: 0, top: 0, right: window.innerWidth, bottom: window.innerHeight };
  return { left: port.offsetLeft, top: port.offsetTop, right: port.offsetLeft + port.width, bottom: port.offsetTop + port.height };
}

/** Where what floats over a text stands: beside what scrolls it. That is laid out for itself (`.ed-port > .scroll`), and within it a
 * place on the screen would be one in the text. */
export function floatsOver(text: HTMLElement): HTMLElement {
  const floats = document.createElement("div");
  floats.className = "ed-floats";
  const scroller = scrollerOf(text);
  if (scroller.contains(document.body)) text.append(floats);
  else scroller.after(floats);
  return floats;
}

/**
 * Puts a box (position: fixed) above or below a place, on the other side where there is no room, never over it. Sets
 * single properties by script, which the content policy allows.
 */
export function place(box: HTMLElement, at: Box, side: "above" | "below"): void {
  const room = visible();
  const { offsetWidth: width, offsetHeight: height } = box;
  const above = at.top - GAP - height;
  const below = at.bottom + GAP;
  const fitsAbove = above >= room.top + EDGE;
  const fitsBelow = below + height <= room.bottom - EDGE;
  const top = side === "above" ? (fitsAbove || !fitsBelow ? above : below) : fitsBelow || !fitsAbove ? below : above;
  const middle = side === "above" ? (at.left + at.right) / 2 - width / 2 : at.left;
  const left = Math.min(Math.max(middle, room.left + EDGE), room.right - EDGE - width);
  box.style.setProperty("left", `${Math.round(left)}px`);
  box.style.setProperty("top", `${Math.round(Math.max(top, room.top + EDGE))}px`);
}
