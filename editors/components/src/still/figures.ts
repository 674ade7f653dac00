// Bars, columns, histograms, heatmaps and large figures as HTML and SVG that need no script.

import { barsOf, change, histogramOf, trendPath } from '../bars/data.ts';
import type { Plot } from '../bars/data.ts';
import { depth, labelled, stepOf } from '../chart/grid.ts';
import { describe } from '../describe.ts';
import type { Bars, BlockResults, Cards, Heatmap } from '../protocol.ts';
import { clock, shown } from '../text.ts';
import { type Content, type Markup, SVG, tag } from './html.ts';
import { WIDTH } from './size.ts';

const LEFT = 70;
const HEIGHT = 220;
const BOTTOM = 24;
const TOP = 16;

export function stillBars(figure: Bars): Content {
  const { groups, legend, more } = barsOf(figure);
  const rows = groups.map(({ label, bars, open }) =>
    tag('tr', { class: open ? 'open' : null }, tag('th', {}, label), tag('td', {}, bars.map(({ share, color, text }) => bar(share, color, text, open)))),
  );
  return [tag('table', { class: 'bars' }, rows), names(legend), more > 0 ? tag('p', { class: 'summary' }, `… ${more} more`) : ''];
}

function bar(share: number, color: number, text: string, open: boolean): Markup {
  const length = tag('i', { class: `s${color + 1}${open ? ' hollow' : ''}`, style: `width:${(share * 80).toFixed(2)}%` });
  return tag('div', {}, length, tag('span', {}, text));
}

export function stillColumns(results: BlockResults): Content {
  const { figure } = results;
  const plot = figure?.kind === 'histogram' ? histogramOf(figure) : figure && 'labels' in figure ? barsOf(figure) : null;
  if (!plot || plot.groups.length === 0) {
    return '';
  }
  const room = HEIGHT - TOP - BOTTOM;
  const each = (WIDTH - LEFT - 30) / plot.groups.length;
  const base = HEIGHT - BOTTOM;
  const parts: Markup[] = plot.ticks.flatMap(({ share, text }) => [
    tag('line', { class: 'grid', x1: LEFT, x2: WIDTH - 30, y1: base - share * room, y2: base - share * room }),
    tag('text', { x: LEFT - 8, y: base - share * room + 4, 'text-anchor': 'end' }, text),
  ]);
  plot.groups.forEach(({ label, bars, open }, at) => {
    const margin = plot.edges.length > 0 ? 0.5 : Math.min(each * 0.15, 24);
    const width = (each - 2 * margin) / bars.length;
    bars.forEach(({ share, color, text }, index) => {
      const [x, y] = [LEFT + at * each + margin + index * width, base - share * room];
      parts.push(tag('rect', { class: `column s${color + 1}${open ? ' hollow' : ''}`, x, y, width: Math.max(1, width - 1), height: share * room }));
      if (plot.groups.length * bars.length <= 14) {
        parts.push(tag('text', { x: x + width / 2, y: y - 4, 'text-anchor': 'middle' }, text));
      }
    });
    if (plot.edges.length === 0) {
      parts.push(tag('text', { x: LEFT + (at + 0.5) * each, y: HEIGHT - 6, 'text-anchor': 'middle' }, shown(label, Math.max(3, Math.floor(each / 7)))));
    }
  });
  return [tag('svg', { xmlns: SVG, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': describe(results) }, parts, edges(plot, each)), names(plot.legend)];
}

function edges(plot: Plot, each: number): Markup[] {
  const every = Math.ceil(plot.edges.length / 11);
  return plot.edges.flatMap((text, at) => (at % every === 0 ? tag('text', { x: LEFT + at * each, y: HEIGHT - 6, 'text-anchor': 'middle' }, text) : []));
}

export function stillHeatmap(results: BlockResults, figure: Heatmap): Content {
  const { x, y, counts } = figure;
  const step = stepOf(x) * 1_000;
  const [from, to] = [x[0] ?? 0, (x.at(-1) ?? 0) + step];
  const left = 110;
  const place = (at: number) => left + ((at - from) / (to - from)) * (WIDTH - left - 30);
  const tall = (HEIGHT - TOP - BOTTOM) / Math.max(1, y.length);
  const top = (row: number) => HEIGHT - BOTTOM - (row + 1) * tall;
  const most = counts.reduce((peak, cells) => cells.reduce((high, count) => Math.max(high, count), peak), 0);
  const width = Math.max(1, place(from + step) - place(from) - 1);
  const cells = counts.flatMap((row, at) =>
    row.flatMap((count, column) => {
      const inset = column >= figure.provisionalFrom ? Math.min(2, width / 4) : 0;
      const cell = { class: 'heat', x: place(x[column] ?? 0) + inset, y: top(at) + inset, width: width - 2 * inset, height: Math.max(1, tall - 1 - 2 * inset) };
      return count > 0 ? tag('rect', { ...cell, 'fill-opacity': depth(count, most).toFixed(2) }) : [];
    }),
  );
  const open = x[figure.provisionalFrom];
  const ground = open === undefined ? [] : [tag('rect', { class: 'open', x: place(open), y: TOP, width: WIDTH - 30 - place(open), height: HEIGHT - TOP - BOTTOM })];
  const labels = labelled(y.length, HEIGHT - TOP - BOTTOM).map((row) => tag('text', { x: left - 8, y: top(row) + tall / 2 + 4, 'text-anchor': 'end' }, shown(y[row] ?? '', 16)));
  const times = [0, 0.25, 0.5, 0.75, 1].map((share) => tag('text', { x: place(from + (to - from) * share), y: HEIGHT - 6, 'text-anchor': 'middle' }, clock(from + (to - from) * share)));
  return tag('svg', { xmlns: SVG, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': describe(results) }, ground, cells, labels, times);
}

export function stillCards({ cards }: Cards): Content {
  const said = cards.slice(0, 24).map(({ name, text, value, before, trend }) => {
    const line = tag('svg', { xmlns: SVG, viewBox: '0 -2 120 28', 'aria-hidden': 'true' }, tag('path', { class: 'line s1', d: trendPath(trend, 120, 24) }));
    return tag('div', {}, tag('span', {}, shown(name, 80)), tag('b', {}, shown(text, 60)), tag('span', {}, change(value, before)), line);
  });
  return tag('div', { class: 'figures' }, said);
}

function names(legend: string[]): Content {
  return legend.length > 0 ? tag('ul', { class: 'legend' }, legend.map((name, at) => tag('li', {}, tag('i', { class: `s${at + 1}` }), name))) : '';
}
