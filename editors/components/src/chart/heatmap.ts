// How much there is, over time and values: a cell's ground is the deeper the more events it holds.

import uPlot from 'uplot';

import { type Colors, colorsOf } from '../colors.ts';
import { describe } from '../describe.ts';
import { make, say, set } from '../dom.ts';
import type { Picture } from '../picture.ts';
import type { BlockResults, Heatmap } from '../protocol.ts';
import { exact, shown } from '../text.ts';
import { inZone, marks, moment } from '../zone.ts';
import { depth, labelled, stepOf } from './grid.ts';
import { hatch, saidOf } from './hatch.ts';
import { Tooltip } from './tooltip.ts';
import { type Zoom, chartKey, rememberZoom, shadeFrom, timeScale, unzoom } from './zoom.ts';

const HEIGHT = 240;

const NONE: Heatmap = { kind: 'heatmap', x: [], y: [], counts: [], provisionalFrom: 0 };

export class Heat implements Picture {
  readonly #root = make('div', 'hw-chart hw-heat', { role: 'img', tabindex: 0 });
  readonly #reset = make('button', 'hw-reset', { type: 'button', hidden: true }, 'Show all');
  readonly #spoken = make('div', 'hw-spoken', { role: 'status' });
  readonly #least = make('span');
  readonly #most = make('span');
  readonly #tooltip: Tooltip;
  readonly #zoom: Zoom = { range: null, changed: () => set(this.#reset, { hidden: this.#zoom.range === null }) };
  #plot: uPlot | undefined;
  #figure = NONE;
  #rows = '';
  #peak = 0;

  constructor(parent: HTMLElement) {
    const frame = make('div', 'hw-chart-frame', {}, this.#root, this.#reset);
    const scale = make('div', 'hw-scale', { 'aria-hidden': 'true' }, this.#least, make('span', 'hw-ramp'), this.#most);
    parent.append(frame, scale, this.#spoken);
    this.#tooltip = new Tooltip(frame);
    this.#reset.onclick = () => {
      if (this.#plot) {
        unzoom(this.#plot, this.#zoom);
      }
      this.#root.focus();
    };
    this.#root.onkeydown = (event) => {
      if (this.#plot && !event.ctrlKey && !event.metaKey && !event.altKey && chartKey(this.#plot, this.#zoom, event.key)) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    this.#root.onblur = () => this.#plot?.setCursor({ left: -10, top: -10 });
  }

  draw(results: BlockResults): void {
    this.#figure = results.figure?.kind === 'heatmap' ? results.figure : NONE;
    this.#peak = this.#figure.counts.reduce((most, cells) => cells.reduce((top, count) => Math.max(top, count), most), 0);
    const rows = JSON.stringify(this.#figure.y);
    if (this.#plot && rows === this.#rows) {
      this.#plot.setData(this.#data());
    } else {
      this.#rows = rows;
      this.refit();
    }
    say(this.#least, exact(0, this.#figure.unit));
    say(this.#most, exact(this.#peak, this.#figure.unit));
    set(this.#root, { 'aria-label': describe(results) });
  }

  refit(): void {
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#options(colorsOf(this.#root)), this.#data(), this.#root);
  }

  dispose(): void {
    this.#plot?.destroy();
  }

  #data(): uPlot.AlignedData {
    const times = this.#figure.x.map((at) => at / 1_000);
    return [times, times.map(() => 0)];
  }

  #options(colors: Colors): uPlot.Options {
    const axis = { stroke: colors.text, grid: { show: false }, ticks: { stroke: colors.grid, width: 1 }, font: colors.font };
    const rows = Math.max(1, this.#figure.y.length);
    const longest = this.#figure.y.reduce((most, label) => Math.max(most, label.length), 0);
    const step = stepOf(this.#figure.x);
    return {
      width: Math.max(120, this.#root.clientWidth),
      height: HEIGHT,
      padding: [10, 28, null, null],
      legend: { show: false },
      tzDate: (at) => inZone(at * 1_000),
      cursor: { drag: { x: true, y: false, setScale: true, dist: 4 }, bind: { dblclick: (plot) => () => (unzoom(plot, this.#zoom), null) }, points: { show: false } },
      scales: { x: timeScale(this.#zoom, step), y: { range: () => [0, rows] } },
      axes: [
        { ...axis, size: (_, values) => (values?.some((text) => text.includes('\n')) ? 44 : 32), space: 70, values: (_, values) => marks(values.map((at) => at * 1_000)) },
        {
          ...axis,
          size: 26 + Math.min(21, longest) * 6.8,
          splits: () => labelled(rows, HEIGHT - 50).map((row) => row + 0.5),
          values: (_, splits) => splits.map((at) => shown(this.#figure.y[Math.floor(at)] ?? '', 20)),
        },
      ],
      series: [{}, { stroke: 'transparent', points: { show: false } }],
      hooks: {
        ...rememberZoom(this.#zoom),
        drawClear: [(plot) => hatch(plot, this.#gaps(), colors.text)],
        draw: [(plot) => this.#cells(plot, colors)],
        setCursor: [(plot) => this.#point(plot)],
      },
    };
  }

  /** To the end of the column that the last one is in. */
  #gaps(): [number, number][] {
    const step = stepOf(this.#figure.x) * 1_000;
    return (this.#figure.gaps ?? []).map(([from, to]) => [from, to + step]);
  }

  #cells(plot: uPlot, colors: Colors): void {
    const { x, counts, provisionalFrom } = this.#figure;
    const { ctx, bbox } = plot;
    const step = stepOf(x);
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = colors.heat;
    counts.forEach((cells, row) => {
      const [bottom, top] = [plot.valToPos(row, 'y', true), plot.valToPos(row + 1, 'y', true)];
      cells.forEach((count, column) => {
        const left = plot.valToPos((x[column] ?? 0) / 1_000, 'x', true);
        const right = plot.valToPos((x[column] ?? 0) / 1_000 + step, 'x', true);
        ctx.globalAlpha = depth(count, this.#peak);
        if (column < provisionalFrom) {
          ctx.fillRect(left, top, right - left - 1, bottom - top - 1);
        } else if (count > 0) {
          // Hollow with a line across: what may still change.
          ctx.fillRect(left + 2, top + 2, Math.max(1, right - left - 5), Math.max(1, bottom - top - 5));
        }
      });
    });
    ctx.restore();
    const open = x[provisionalFrom];
    shadeFrom(plot, open === undefined ? undefined : open / 1_000, colors.open, colors.text);
  }

  #point(plot: uPlot): void {
    const { x, y, counts, provisionalFrom } = this.#figure;
    const [left, top] = [plot.cursor.left ?? -1, plot.cursor.top ?? -1];
    const focused = document.activeElement === this.#root && !plot.over.matches(':hover');
    if (left < 0 || !(focused || plot.over.matches(':hover'))) {
      this.#tooltip.hide();
      return;
    }
    const at = plot.posToVal(left, 'x') * 1_000;
    const column = x.findLastIndex((start) => start <= at + 1e-3);
    if (column < 0) {
      this.#tooltip.hide();
      return;
    }
    const title = `${moment(x[column] ?? 0)}${column >= provisionalFrom ? ' · still open' : ''}${saidOf(this.#gaps(), x[column] ?? 0)}`;
    const row = Math.min(y.length - 1, Math.max(0, Math.floor(plot.posToVal(top, 'y'))));
    // By keys there is no place within a column: the whole of it is said.
    const rows = focused ? y.map((_, index) => y.length - 1 - index).filter((index) => (counts[index]?.[column] ?? 0) > 0) : [row];
    const entries = rows.slice(0, 16).map((index) => ({ name: shown(y[index] ?? '', 60), value: exact(counts[index]?.[column] ?? 0, this.#figure.unit) }));
    this.#tooltip.show(title, entries, left + plot.over.offsetLeft, Math.min(top, 120), this.#root.clientWidth);
    if (focused) {
      this.#spoken.textContent = [title, ...entries.map(({ name, value }) => `${name} ${value}`)].join(', ');
    }
  }
}
