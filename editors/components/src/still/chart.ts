// A chart over time as SVG that needs no script.

import { MAX_LINES, chosen, lastOf, openFrom, scaleOf } from '../chart/data.ts';
import { describe } from '../describe.ts';
import type { BlockResults, NamedValues, Series } from '../protocol.ts';
import { clock, exact, rough, shown } from '../text.ts';
import { type Markup, SVG, tag } from './html.ts';
import { WIDTH } from './size.ts';

const HEIGHT = 240;
const LEFT = 64;
const RIGHT = 64;
const TOP = 10;
const BOTTOM = 26;

/** Round steps from `low` to `high`, about so many. */
export function ticks(low: number, high: number, about: number): number[] {
  const raw = (high - low) / Math.max(1, about);
  if (!(raw > 0) || !Number.isFinite(raw)) {
    return [low];
  }
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= raw) ?? 10 * power;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) => (first + index) * step);
}

export function stillChart(results: BlockResults): Markup[] {
  const series = results.series;
  if (!series || series.x.length === 0) {
    return [];
  }
  const lines = chosen(series.series);
  const [from, to] = [series.x[0] ?? 0, Math.max(series.x.at(-1) ?? 0, (series.x[0] ?? 0) + 1)];
  const x = (at: number) => LEFT + ((at - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const units = [...new Set(lines.map(scaleOf))];
  const ranges = new Map(units.map((unit) => [unit, rangeOf(lines.filter((line) => scaleOf(line) === unit))]));
  const y = (value: number, unit: string) => {
    const [low, high] = ranges.get(unit) ?? [0, 1];
    return HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  };
  const open = openFrom(series);
  const parts: Markup[] = [];
  if (open !== undefined) {
    parts.push(tag('rect', { class: 'open', x: x(open), y: TOP, width: Math.max(3, WIDTH - RIGHT - x(open)), height: HEIGHT - TOP - BOTTOM }));
  }
  units.forEach((unit, index) => {
    const [low, high] = ranges.get(unit) ?? [0, 1];
    for (const value of ticks(low, high, 4)) {
      const at = y(value, unit);
      if (index === 0) {
        parts.push(tag('line', { class: 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: at, y2: at }));
      }
      const place = index === 0 ? { x: LEFT - 8, 'text-anchor': 'end' } : { x: WIDTH - RIGHT + 8 };
      parts.push(tag('text', { ...place, y: at + 4 }, rough(value, unit === 'ms' ? unit : null)));
    }
  });
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const at = from + (to - from) * share;
    parts.push(tag('text', { x: x(at), y: HEIGHT - 6, 'text-anchor': 'middle' }, clock(at)));
  }
  lines.forEach((line, index) => parts.push(...drawn(line, index, series, x, (value) => y(value, scaleOf(line)))));
  const picture = tag('svg', { xmlns: SVG, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': describe(results) }, parts);
  return [picture, legend(lines, series.series.length - lines.length)];
}

function drawn(line: NamedValues, index: number, series: Series, x: (at: number) => number, y: (value: number) => number): Markup[] {
  const color = `s${(index % MAX_LINES) + 1}`;
  const part = (first: number, end: number) => {
    let [path, pen] = ['', 'M'];
    for (let at = Math.max(0, first); at < end; at += 1) {
      const value = line.values[at] ?? null;
      path += value === null ? '' : `${pen}${x(series.x[at] ?? 0).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = value === null ? 'M' : 'L';
    }
    return path;
  };
  const open = series.provisionalFrom;
  const dots = line.values.flatMap((value, at) => {
    const alone = (line.values[at - 1] ?? null) === null && (line.values[at + 1] ?? null) === null;
    if (value === null || (at < open && !alone)) {
      return [];
    }
    return tag('circle', { class: `${color}${at >= open ? ' hollow' : ' full'}`, cx: x(series.x[at] ?? 0), cy: y(value), r: 3 });
  });
  return [
    tag('path', { class: `line ${color}`, d: part(0, open) }),
    tag('path', { class: `line dashed ${color}`, d: part(open - 1, series.x.length) }),
    ...dots,
  ];
}

function rangeOf(lines: NamedValues[]): [number, number] {
  let [low, high] = [0, 0];
  for (const value of lines.flatMap(({ values }) => values)) {
    if (value !== null && Number.isFinite(value)) {
      [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
  }
  return low === high ? [low, low + 1] : [low, high + (high - low) * 0.08];
}

function legend(lines: NamedValues[], left: number): Markup {
  const entries = lines.map((line, index) => {
    const last = lastOf(line.values);
    return tag('li', {}, tag('i', { class: `s${index + 1}` }), shown(line.name, 80) || '(all)', ' ', tag('b', {}, last === null ? '–' : exact(last, line.unit)));
  });
  return tag('ul', { class: 'legend' }, entries, left > 0 ? tag('li', {}, `${left} more not drawn`) : '');
}
