// Which rows of a long list are on the screen. Rows have one height; some are opened and take more.

/** Pixels; the style sheet has the same. */
export const ROW = 22;

/** Rows drawn above and below what is seen. */
const BEYOND = 6;

export interface Window {
  first: number;
  /** Behind the last one. */
  end: number;
  /** Pixels of the rows that are not drawn. */
  above: number;
  below: number;
}

/** `extra` are pixels by row, of those that are opened. */
export function windowOf(scroll: number, room: number, count: number, extra: ReadonlyMap<number, number> = new Map()): Window {
  const opened = [...extra].filter(([row]) => row < count).sort(([a], [b]) => a - b);
  const top = (row: number) => opened.reduce((sum, [at, more]) => (at < row ? sum + more : sum), row * ROW);
  const at = (y: number) => {
    let row = Math.floor(y / ROW);
    for (const [open, more] of opened) {
      if (open < row) {
        row = Math.max(open, row - Math.ceil(more / ROW));
      }
    }
    return row;
  };
  const first = Math.min(count, Math.max(0, at(scroll) - BEYOND));
  const end = Math.min(count, Math.max(first, Math.ceil((scroll + room) / ROW) + BEYOND));
  return { first, end, above: top(first), below: top(count) - top(end) };
}

/** How far to scroll so that a row is seen whole; null where it is. */
export function scrollTo(row: number, scroll: number, room: number, extra: ReadonlyMap<number, number> = new Map()): number | null {
  const top = [...extra].reduce((sum, [at, more]) => (at < row ? sum + more : sum), row * ROW);
  if (top < scroll) {
    return top;
  }
  return top + ROW > scroll + room ? top + ROW - room : null;
}
