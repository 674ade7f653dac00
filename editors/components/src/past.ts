// How much of the past charts show, one choice for the page: all of it, the last minutes, or since an instant.

export type Past = { kind: 'all' } | { kind: 'last'; seconds: number } | { kind: 'since'; seconds: number };

let past: Past = { kind: 'all' };

export function setPast(next: Past): void {
  past = next;
}

/** What can be chosen, and how it is called. */
export const LAST: readonly [string, number][] = [
  ['last minute', 60],
  ['last 5 minutes', 300],
  ['last 15 minutes', 900],
  ['last hour', 3_600],
];

/** From this time to that one, in seconds, as far as it was chosen; never of no width. */
export function chosenPast([from, to]: [number, number], of: Past = past): [number, number] {
  const start = of.kind === 'last' ? to - of.seconds : of.kind === 'since' ? of.seconds : from;
  return start >= to ? [from, to] : [of.kind === 'all' ? from : start, to];
}
