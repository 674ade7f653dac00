// From a block's series to the columns that uPlot draws: pure data, so that it can be tested without a screen.

import type { NamedValues, Series, Unit } from '../protocol.ts';

/** More lines than this cannot be told apart. */
export const MAX_LINES = 12;

export type Column = (number | null)[];

/**
 * The lines to draw, in the order of the series: those that were drawn before stay, others come in by their
 * highest value.
 */
export function chosen(series: NamedValues[], before: readonly string[] = []): NamedValues[] {
  if (series.length <= MAX_LINES) {
    return series;
  }
  const peak = (line: NamedValues) => line.values.reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0);
  const rank = new Map(series.map((line) => [line, before.includes(line.name) ? Infinity : peak(line)]));
  const best = new Set([...series].sort((a, b) => (rank.get(b) ?? 0) - (rank.get(a) ?? 0)).slice(0, MAX_LINES));
  return series.filter((line) => best.has(line));
}

/**
 * Times in seconds, then two columns a line: what is final, and what may still change. The second begins with the
 * last final value, so that the two meet.
 */
export function columns(series: Series, lines: NamedValues[]): [number[], ...Column[]] {
  const from = series.provisionalFrom;
  const final = (line: NamedValues): Column => series.x.map((_, index) => (index < from ? (line.values[index] ?? null) : null));
  const open = (line: NamedValues): Column => series.x.map((_, index) => (index >= from - 1 ? (line.values[index] ?? null) : null));
  return [series.x.map((at) => at / 1_000), ...lines.flatMap((line) => [final(line), open(line)])];
}

/** Times and counts cannot share a scale: each has its own. */
export function scaleOf(line: { unit?: Unit }): string {
  return line.unit ?? 'count';
}

/** What decides whether a chart can be fed or must be made anew. */
export function shapeOf(lines: NamedValues[]): string {
  return JSON.stringify(lines.map((line) => [line.name, scaleOf(line), line.axis ?? 0, line.color ?? -1, isWhole(line)]));
}

/** Whole events have no halves: neither have the marks of their axis. */
export function isWhole({ unit, values }: NamedValues): boolean {
  return unit !== 'ms' && values.every((value) => value === null || Number.isInteger(value));
}

/** The lines of each chart, which stand below one another. */
export function panels(lines: NamedValues[]): NamedValues[][] {
  const axes = [...new Set(lines.map(axisOf))];
  return axes.map((axis) => lines.filter((line) => axisOf(line) === axis));
}

/** Of a server that does not say, by unit. */
function axisOf(line: NamedValues): string | number {
  return line.axis ?? scaleOf(line);
}

/** The colour that the server gave, else by place. */
export function colorOf(line: NamedValues, index: number): number {
  return (line.color ?? index) % MAX_LINES;
}

/** The last value that there is. */
export function lastOf(values: Column): number | null {
  return values.findLast((value) => value !== null) ?? null;
}

/** From the first time to the last, never of no width. */
export function span(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) {
    return [0, 1];
  }
  return min === max ? [min - 30, max + 30] : [min, max];
}

/** The range twice as near, or as far, around a time; null is all of it. */
export function zoomed(now: [number, number], all: [number, number], around: number, factor: number): [number, number] | null {
  const min = Math.max(all[0], around - (around - now[0]) * factor);
  const max = Math.min(all[1], around + (now[1] - around) * factor);
  if (max - min >= all[1] - all[0]) {
    return null;
  }
  return max - min < 1e-3 ? now : [min, max];
}

/** Where the ground is shaded: between the last final time and the first open one. */
export function openFrom({ x, provisionalFrom }: Series): number | undefined {
  const [before, at] = [x[provisionalFrom - 1], x[provisionalFrom]];
  return at === undefined || before === undefined ? at : (before + at) / 2;
}
