// What is drawn beside a block's text and not written: a mark in the gutter, a sparkline at the closing fence.
// Pictures as addresses that hold their own SVG.

import type { BlockResults } from './protocol.ts';

export type Mark = 'running' | 'stale' | 'failed';

export const MARKS: readonly Mark[] = ['running', 'stale', 'failed'];

/** None for a block that has ended well: nothing is to be done there. */
export function markOf({ state, stale }: BlockResults): Mark | undefined {
  if (state === 'failed') {
    return 'failed';
  }
  if (stale) {
    return 'stale';
  }
  return state === 'running' || state === 'starting' ? 'running' : undefined;
}

/** Shapes differ, not only colours. */
const SHAPES: Record<Mark, string> = {
  running: '<path fill="#3fb950" d="M5 3.5v9l7-4.5z"/>',
  stale: '<circle cx="8" cy="8" r="4" fill="none" stroke="#d29922" stroke-width="1.8" stroke-dasharray="2.4 1.8"/>',
  failed: '<path stroke="#f85149" stroke-width="2" stroke-linecap="round" d="M4.5 4.5l7 7m0-7l-7 7"/>',
};

export function gutterIcon(mark: Mark): string {
  return address(`<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">${SHAPES[mark]}</svg>`);
}

export const SPARK = { width: 84, height: 14, points: 60 };

/** How what a block shows has moved lately; nothing where it has no line over time. */
export function spark(results: BlockResults): (number | null)[] | undefined {
  const { series, figure } = results;
  const lines = series?.series ?? (figure?.kind === 'card' ? figure.cards.map(({ trend, unit }) => ({ values: trend, unit })) : []);
  const moving = lines.map(({ values, unit }) => ({ unit, values: values.slice(-SPARK.points) })).filter(({ values }) => known(values).length > 1);
  // One picture cannot show all of them: the one that moves most is what somebody looks for. Times and counts are not compared.
  const alike = moving.filter(({ unit }) => (unit ?? null) === (moving[0]?.unit ?? null));
  return alike.reduce<(number | null)[] | undefined>((most, { values }) => (most && spread(most) >= spread(values) ? most : values), undefined);
}

function known(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}

function spread(values: readonly (number | null)[]): number {
  return Math.max(...known(values)) - Math.min(...known(values));
}

/** A line from the lowest to the highest value, with gaps where there is none, and its last point. */
export function sparkline(values: readonly (number | null)[], color: string): string {
  const [low, high] = [Math.min(...known(values)), Math.max(...known(values))];
  const [width, height] = [SPARK.width - 4, SPARK.height - 4];
  const x = (index: number) => round(2 + (values.length > 1 ? (index / (values.length - 1)) * width : 0));
  const y = (value: number) => round(2 + (high > low ? (1 - (value - low) / (high - low)) * height : height / 2));
  let path = '';
  let drawing = false;
  let last = '';
  values.forEach((value, index) => {
    if (value === null) {
      drawing = false;
      return;
    }
    path += `${drawing ? 'L' : 'M'}${x(index)} ${y(value)}`;
    last = `<circle cx="${x(index)}" cy="${y(value)}" r="1.8" fill="${color}"/>`;
    drawing = true;
  });
  const line = `<path fill="none" stroke="${color}" stroke-width="1.3" stroke-linejoin="round" d="${path}"/>`;
  return address(`<svg xmlns="http://www.w3.org/2000/svg" width="${SPARK.width}" height="${SPARK.height}">${line}${last}</svg>`);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function address(svg: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
