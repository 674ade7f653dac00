// A chart over time as SVG that needs no script.

import { chosen, colorOf, lastOf, openFrom, panels, scaleOf } from '../chart/data.ts';
import { describe } from '../describe.ts';
import type { BlockResults, NamedValues, Series } from '../protocol.ts';
import { exact, rough, shown } from '../text.ts';
import { marks, moment, zoneName } from '../zone.ts';
import { type Markup, SVG, tag } from './html.ts';
import { WIDTH } from './size.ts';

const HEIGHT = 240;
const LEFT = 64;
const RIGHT = 64;
const TOP = 10;
const BOTTOM = 30;

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

/** Lines that can be compared share a chart; the others stand below it. */
export function stillChart(results: BlockResults): Markup[] {
  const series = results.series;
  if (!series || series.x.length === 0) {
    return [];
  }
  const lines = chosen(series.series);
  const gaps = (results.gaps ?? []).flatMap(({ times }) => (times ? [times] : []));
  const charts = panels(lines).map((some) => one(results, series, some, gaps));
  const [first] = series.x;
  const cut = series.cut && first !== undefined ? [tag('p', {}, `What was before ${moment(first)} is not drawn.`)] : [];
  return [...charts, legend(lines, series.series.length - lines.length), tag('p', {}, `Times in ${zoneName()}.`), ...cut];
}

function one(results: BlockResults, series: Series, lines: NamedValues[], gaps: [number, number][]): Markup {
  const [from, to] = [series.x[0] ?? 0, Math.max(series.x.at(-1) ?? 0, (series.x[0] ?? 0) + 1)];
  const x = (at: number) => LEFT + ((Math.min(to, Math.max(from, at)) - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const [low, high] = rangeOf(lines);
  const y = (value: number) => HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const unit = lines[0] && scaleOf(lines[0]) === 'ms' ? 'ms' : null;
  const open = openFrom(series);
  const parts: Markup[] = [];
  if (open !== undefined) {
    parts.push(tag('rect', { class: 'open', x: x(open), y: TOP, width: Math.max(3, WIDTH - RIGHT - x(open)), height: HEIGHT - TOP - BOTTOM }));
  }
  parts.push(...gaps.map(([first, last]) => hatched(x(first) - 3, x(last) + 3)));
  for (const value of ticks(low, high, 4)) {
    const at = y(value);
    parts.push(tag('line', { class: 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: at, y2: at }));
    parts.push(tag('text', { x: LEFT - 8, 'text-anchor': 'end', y: at + 4 }, rough(value, unit)));
  }
  const times = [0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => Math.round(from + (to - from) * share));
  marks(times).forEach((text, index) => {
    const [time = '', date] = text.split('\n');
    const place = { x: x(times[index] ?? from), 'text-anchor': 'middle' };
    parts.push(tag('text', { ...place, y: HEIGHT - 12 }, time));
    if (date !== undefined) {
      parts.push(tag('text', { ...place, y: HEIGHT - 1 }, date));
    }
  });
  lines.forEach((line, index) => parts.push(...drawn(line, index, series, x, y)));
  return tag('svg', { xmlns: SVG, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': describe(results) }, parts);
}

/** The ground where rows are missing. */
function hatched(from: number, to: number): Markup {
  const [top, bottom] = [TOP, HEIGHT - BOTTOM];
  let path = '';
  for (let start = from - (bottom - top); start < to; start += 7) {
    const [low, high] = [Math.max(0, from - start), Math.min(bottom - top, to - start)];
    path += low < high ? `M${(start + low).toFixed(1)} ${(bottom - low).toFixed(1)}L${(start + high).toFixed(1)} ${(bottom - high).toFixed(1)}` : '';
  }
  return tag('path', { class: 'missing', d: path }, tag('title', {}, 'rows are missing here'));
}

function drawn(line: NamedValues, index: number, series: Series, x: (at: number) => number, y: (value: number) => number): Markup[] {
  const color = `s${colorOf(line, index) + 1}`;
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
    return tag('li', {}, tag('i', { class: `s${colorOf(line, index) + 1}` }), shown(line.name, 80) || '(all)', ' ', tag('b', {}, last === null ? '–' : exact(last, line.unit)));
  });
  return tag('ul', { class: 'legend' }, entries, left > 0 ? tag('li', {}, `${left} more not drawn`) : '');
}
