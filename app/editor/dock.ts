// A phone's keyboard covers the page without the page's layout knowing. What is really visible goes into two custom
// properties of the root element, from which the sheet takes the height of the workspace, so that its last row, the docked
// toolbar, stands above the keyboard and the text scrolls above that.

/** Follows the visual viewport until the answer is called. */
export function followKeyboard(): () => void {
  const port = window.visualViewport;
  const root = document.documentElement;
  if (!port) return () => undefined;
  const follow = (): void => {
    // Zoomed in with two fingers the visible part is small as well, and nobody wants the page to shrink.
    const keyboard = port.scale > 1.01 ? 0 : Math.max(0, Math.round(window.innerHeight - port.height));
    root.style.setProperty("--keyboard", `${keyboard}px`);
    root.style.setProperty("--visible-top", `${keyboard ? Math.round(port.offsetTop) : 0}px`);
    root.toggleAttribute("data-keyboard", keyboard > 120);
  };
  port.addEventListener("resize", follow);
  port.addEventListener("scroll", follow);
  follow();
  return () => {
    port.removeEventListener("resize", follow);
    port.removeEventListener("scroll", follow);
    for (const name of ["--keyboard", "--visible-top"]) root.style.removeProperty(name);
    root.removeAttribute("data-keyboard");
  };
}
