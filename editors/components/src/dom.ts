// Elements, made without HTML: every text goes in as text.

export type Attributes = Record<string, string | number | boolean | null | undefined>;

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  name = '',
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (name) {
    made.className = name;
  }
  set(made, attributes);
  made.append(...children);
  return made;
}

/** False, null and undefined take an attribute away; `aria-` ones keep their `false`. */
export function set(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || (value === false && !name.startsWith('aria-'))) {
      element.removeAttribute(name);
    } else if (element.getAttribute(name) !== String(value)) {
      element.setAttribute(name, value === true && !name.startsWith('aria-') ? '' : String(value));
    }
  }
}

/** Only what has changed costs layout, and what moves ten times a second keeps its node. */
export function say(element: Element, text: string): void {
  const node = element.firstChild;
  if (node instanceof Text && !node.nextSibling && text !== '') {
    if (node.data !== text) {
      node.data = text;
    }
  } else if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** A length or share that the style sheet uses, set in a way that a strict policy allows. */
export function style(element: HTMLElement | SVGElement, name: string, value: string): void {
  if (element.style.getPropertyValue(name) !== value) {
    element.style.setProperty(name, value);
  }
}

export function svg(tag: string, attributes: Attributes, ...children: Node[]): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  set(made, attributes);
  made.append(...children);
  return made;
}

let ids = 0;

export function uniqueId(): string {
  ids += 1;
  return `hw-${ids}`;
}
