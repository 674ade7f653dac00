// Values over time, drawn with uPlot: several lines, legend, tooltip, zoom, and open windows told apart.

import uPlot from 'uplot';

import { type Colors, colorsOf } from '../colors.ts';
import { describe } from '../describe.ts';
import { make, set } from '../dom.ts';
import type { Picture } from '../picture.ts';
import type { BlockResults, NamedValues, Series } from '../protocol.ts';
import { clock, exact, rough, shown } from '../text.ts';
import { chosen, columns, openFrom, scaleOf, shapeOf } from './data.ts';
import { Legend } from './legend.ts';
import { Tooltip } from './tooltip.ts';
import { type Zoom, chartKey, rememberZoom, shadeFrom, timeScale, unzoom } from './zoom.ts';

const HEIGHT = 220;

export class Chart implements Picture {
  readonly #root = make('div', 'hw-chart', { role: 'img', tabindex: 0 });
  readonly #spoken = make('div', 'hw-spoken', { role: 'status' });
  readonly #reset = make('button', 'hw-reset', { type: 'button', hidden: true }, 'Show all');
  readonly #legend: Legend;
  readonly #tooltip: Tooltip;
  readonly #zoom: Zoom = { range: null, changed: () => set(this.#reset, { hidden: this.#zoom.range === null }) };
  #plot: uPlot | undefined;
  #shape = '';
  #series: Series = { x: [], series: [], provisionalFrom: 0 };
  #lines: NamedValues[] = [];

  constructor(parent: HTMLElement) {
    const frame = make('div', 'hw-chart-frame', {}, this.#root, this.#reset);
    parent.append(frame, this.#spoken);
    this.#legend = new Legend(parent, () => this.#hide());
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
    this.#series = results.series ?? { x: [], series: [], provisionalFrom: 0 };
    this.#lines = chosen(this.#series.series, this.#lines.map(({ name }) => name));
    const shape = shapeOf(this.#lines);
    if (this.#plot && shape === this.#shape) {
      this.#plot.setData(columns(this.#series, this.#lines));
    } else {
      this.#shape = shape;
      this.#make();
    }
    this.#legend.draw(this.#lines, this.#series.series.length - this.#lines.length);
    set(this.#root, { 'aria-label': describe(results) });
  }

  refit(): void {
    this.#make();
  }

  dispose(): void {
    this.#plot?.destroy();
  }

  #make(): void {
    this.#plot?.destroy();
    const options = this.#options(colorsOf(this.#root));
    this.#plot = new uPlot(options, columns(this.#series, this.#lines), this.#root);
    this.#hide();
  }

  #hide(): void {
    this.#lines.forEach((line, index) => {
      const show = !this.#legend.hidden.has(line.name);
      for (const column of [1 + 2 * index, 2 + 2 * index]) {
        if (this.#plot && this.#plot.series[column]?.show !== show) {
          this.#plot.setSeries(column, { show });
        }
      }
    });
    this.#legend.draw(this.#lines, this.#series.series.length - this.#lines.length);
  }

  #options(colors: Colors): uPlot.Options {
    const grid = { stroke: colors.grid, width: 1 };
    const axis = { stroke: colors.text, grid, ticks: grid, font: colors.font };
    const units = [...new Set(this.#lines.map(scaleOf))];
    const range: uPlot.Range.Config = { min: { soft: 0, mode: 1, pad: 0 }, max: { pad: 0.1, soft: 0, mode: 2 } };
    return {
      width: Math.max(120, this.#root.clientWidth),
      height: HEIGHT,
      // The last time's label reaches beyond the plot.
      padding: [10, 28, null, null],
      legend: { show: false },
      cursor: {
        drag: { x: true, y: false, setScale: true, dist: 4 },
        focus: { prox: 24 },
        // The same time in all charts of the page.
        sync: { key: 'headwater', setSeries: false, filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' } },
        bind: { dblclick: (plot) => () => (unzoom(plot, this.#zoom), null) },
        points: { size: 8 },
      },
      focus: { alpha: 0.35 },
      scales: { x: timeScale(this.#zoom), ...Object.fromEntries(units.map((unit) => [unit, { range }])) },
      axes: [
        { ...axis, size: 32, space: 80, values: (_, values) => values.map((at) => clock(at * 1_000)) },
        ...units.map((unit, index) => ({
          ...axis,
          scale: unit,
          side: index === 0 ? 3 : 1,
          size: 62,
          grid: { ...grid, show: index === 0 },
          values: (_: uPlot, values: number[]) => values.map((value) => rough(value, unit === 'ms' ? unit : null)),
        })),
      ],
      series: [{}, ...this.#lines.flatMap((line, index) => this.#pair(line, colors.lines[index] ?? colors.text, colors.ground))],
      hooks: {
        ...rememberZoom(this.#zoom),
        drawClear: [(plot) => shadeFrom(plot, this.#openFrom(), colors.open, colors.text)],
        setCursor: [(plot) => this.#point(plot)],
      },
    };
  }

  /** A line's final part, and its open one: dashed, with hollow points. */
  #pair(line: NamedValues, stroke: string, ground: string): uPlot.Series[] {
    const shared = { label: line.name, scale: scaleOf(line), stroke, width: 1.75, spanGaps: false };
    const open = () => this.#series.x.flatMap((_, index) => (index >= this.#series.provisionalFrom ? [index] : []));
    return [
      { ...shared, points: { fill: stroke, stroke, size: 5 } },
      {
        ...shared,
        dash: [5, 4],
        points: { show: true, fill: ground, stroke, width: 1.75, size: 7, filter: open },
      },
    ];
  }

  #openFrom(): number | undefined {
    const at = openFrom(this.#series);
    return at === undefined ? undefined : at / 1_000;
  }

  #point(plot: uPlot): void {
    const index = plot.cursor.idx;
    const at = index === null || index === undefined ? undefined : this.#series.x[index];
    const focused = document.activeElement === this.#root;
    const left = plot.cursor.left ?? -1;
    if (at === undefined || index === null || index === undefined || left < 0 || !(focused || plot.over.matches(':hover'))) {
      this.#tooltip.hide();
      return;
    }
    const open = index >= this.#series.provisionalFrom;
    const entries = this.#lines
      .map((line, color) => ({ color, name: shown(line.name, 60) || '(all)', at: line.values[index] ?? null, unit: line.unit, hidden: this.#legend.hidden.has(line.name) }))
      .filter((entry) => entry.at !== null && !entry.hidden)
      .sort((a, b) => (b.at ?? 0) - (a.at ?? 0))
      .map(({ color, name, at, unit }) => ({ color, name, value: exact(at ?? 0, unit) }));
    const title = `${clock(at)}${open ? ' · still open' : ''}`;
    const inset = plot.over.offsetLeft;
    this.#tooltip.show(title, entries, left + inset, plot.cursor.top ?? 0, this.#root.clientWidth);
    if (focused && !plot.over.matches(':hover')) {
      this.#spoken.textContent = [title, ...entries.map(({ name, value }) => `${name} ${value}`)].join(', ');
    }
  }
}
