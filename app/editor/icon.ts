// Icons from the product's one sprite.

/** An icon beside words, or inside something that has a name. */
export function icon(sprite: string, name: string): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  svg.appendChild(document.createElementNS(space, "use")).setAttribute("href", `${sprite}#i-${name}`);
  return svg;
}
