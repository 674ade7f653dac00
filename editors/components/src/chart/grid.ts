// The cells of a heatmap: how deep, how wide, which rows are labelled. Pure data.

/** Of the colour, for the least that is not nothing. */
const FAINTEST = 0.12;

/** How deep a cell is: square roots, so that few are told from none where many are elsewhere. */
export function depth(count: number, most: number): number {
  return count > 0 && most > 0 ? FAINTEST + (1 - FAINTEST) * Math.sqrt(Math.min(1, count / most)) : 0;
}

/** Seconds between columns. */
export function stepOf(x: number[]): number {
  const steps = x.slice(1).map((at, index) => at - (x[index] ?? 0)).filter((step) => step > 0);
  return steps.length > 0 ? Math.min(...steps) / 1_000 : 1;
}

/** The rows that have their label written: as many as fit. */
export function labelled(rows: number, room: number): number[] {
  const every = Math.max(1, Math.ceil(rows / Math.max(1, Math.floor(room / 18))));
  return Array.from({ length: Math.ceil(rows / every) }, (_, at) => at * every);
}
