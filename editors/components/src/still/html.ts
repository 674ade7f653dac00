// HTML and SVG as text, for pages that are kept: every value is escaped here, and nowhere else.

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Said in the markup, so that it is XML too. */
export const HTML = 'http://www.w3.org/1999/xhtml';
export const SVG = 'http://www.w3.org/2000/svg';

/** Text that is markup already. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Markup | string | Content[];

export type Values = Record<string, string | number | null | undefined>;

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

export function tag(name: string, values: Values = {}, ...content: Content[]): Markup {
  return new Markup(`${lone(name, values).text}${content.map(text).join('')}</${name}>`);
}

/** An element that has no end. */
export function lone(name: string, values: Values): Markup {
  const said = Object.entries(values)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => ` ${key}="${escape(typeof value === 'number' ? short(value) : String(value))}"`);
  return new Markup(`<${name}${said.join('')}>`);
}

function text(content: Content): string {
  if (Array.isArray(content)) {
    return content.map(text).join('');
  }
  return content instanceof Markup ? content.text : escape(content);
}

/** A place on the page needs no more digits. */
function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
