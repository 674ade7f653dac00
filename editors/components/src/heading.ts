// What a block is called on the page.

/** Several blocks may stand under one heading; a number alone says nothing. */
export function headingOf(title: string | null | undefined, block: string): string {
  return title && !/^\d+$/.test(block) ? `${title} · ${block}` : (title ?? block);
}
