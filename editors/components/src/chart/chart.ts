// Values over time, drawn with uPlot: lines that can be compared share a chart, the others stand below it; legend,
// tooltip, zoom, open windows told apart, and where rows are missing.

import type uPlot from 'uplot';

import { colorsOf } from '../colors.ts';
import { describe } from '../describe.ts';
import { make, say, set } from '../dom.ts';
import type { Picture } from '../picture.ts';
import type { BlockResults, NamedValues, Series } from '../protocol.ts';
import { exact, rough, shown } from '../text.ts';
import { moment } from '../zone.ts';
import { chosen, colorOf, panels, scaleOf, shapeOf } from './data.ts';
import { saidOf } from './hatch.ts';
import { Legend } from './legend.ts';
import { type Drawn, Panel } from './panel.ts';
import { Tooltip } from './tooltip.ts';
import { type Zoom, chartKey, unzoom } from './zoom.ts';

/** Of one chart, and of each of several. */
const HEIGHT = 220;
const EACH = 150;

/** Pixels of a character at the marks of values. */
const CHARACTER = 6.5;

export class Chart implements Picture {
  readonly #root = make('div', 'hw-chart', { role: 'img', tabindex: 0 });
  readonly #spoken = make('div', 'hw-spoken', { role: 'status' });
  readonly #reset = make('button', 'hw-reset', { type: 'button', hidden: true }, 'Show all');
  readonly #cut = make('p', 'hw-note', { hidden: true });
  readonly #legend: Legend;
  readonly #tooltip: Tooltip;
  readonly #zoom: Zoom = { range: null, changed: () => this.#zoomed() };
  #panels: Panel[] = [];
  #shape = '';
  #series: Series = { x: [], series: [], provisionalFrom: 0 };
  #lines: NamedValues[] = [];
  #gaps: [number, number][] = [];

  constructor(parent: HTMLElement) {
    const frame = make('div', 'hw-chart-frame', {}, this.#root, this.#reset);
    parent.append(frame, this.#spoken);
    this.#legend = new Legend(parent, () => this.#hide());
    parent.append(this.#cut);
    this.#tooltip = new Tooltip(frame);
    this.#reset.onclick = () => {
      this.#panels.forEach(({ plot }) => unzoom(plot, this.#zoom));
      this.#root.focus();
    };
    this.#root.onkeydown = (event) => {
      const plot = this.#panels[0]?.plot;
      if (plot && !event.ctrlKey && !event.metaKey && !event.altKey && chartKey(plot, this.#zoom, event.key)) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    this.#root.onblur = () => this.#panels.forEach(({ plot }) => plot.setCursor({ left: -10, top: -10 }));
  }

  draw(results: BlockResults): void {
    this.#series = results.series ?? { x: [], series: [], provisionalFrom: 0 };
    this.#gaps = (results.gaps ?? []).flatMap(({ times }) => (times ? [times] : []));
    this.#lines = chosen(this.#series.series, this.#lines.map(({ name }) => name));
    const shape = shapeOf(this.#lines);
    if (this.#panels.length > 0 && shape === this.#shape) {
      this.#drawn().forEach((drawn, index) => this.#panels[index]?.draw(drawn));
    } else {
      this.#shape = shape;
      this.#make();
    }
    this.#tellLegend();
    const [first] = this.#series.x;
    set(this.#cut, { hidden: !this.#series.cut });
    say(this.#cut, this.#series.cut && first !== undefined ? `What was before ${moment(first)} is not drawn any more.` : '');
    set(this.#root, { 'aria-label': describe(results) });
  }

  refit(): void {
    this.#make();
  }

  dispose(): void {
    this.#panels.forEach(({ plot }) => plot.destroy());
  }

  #drawn(): Drawn[] {
    return panels(this.#lines).map((lines) => ({ series: this.#series, lines, gaps: this.#gaps }));
  }

  #make(): void {
    this.#panels.forEach(({ plot }) => plot.destroy());
    const all = this.#drawn();
    const colors = colorsOf(this.#root);
    const widest = Math.max(3, ...all.map(({ lines }) => Math.max(...lines.map((line) => rough(peak(line) * 1.1, scaleOf(line) === 'ms' ? 'ms' : null).length))));
    this.#panels = all.map((drawn, index) => {
      const last = index === all.length - 1;
      const height = all.length === 1 ? HEIGHT : EACH + (last ? 26 : 0);
      const left = 26 + widest * CHARACTER;
      return new Panel(this.#root, drawn, colors, { height, last, left, zoom: this.#zoom, point: (plot) => this.#point(plot) });
    });
    this.#hide();
  }

  /** All charts have the same times. */
  #zoomed(): void {
    set(this.#reset, { hidden: this.#zoom.range === null });
    if (this.#panels.length > 1) {
      this.#panels.forEach(({ plot }) => plot.setData(plot.data));
    }
  }

  #hide(): void {
    this.#panels.forEach((panel) => panel.show((name) => !this.#legend.hidden.has(name)));
    this.#tellLegend();
  }

  #tellLegend(): void {
    this.#legend.draw(this.#lines, this.#series.series.length - this.#lines.length);
  }

  #point(plot: uPlot): void {
    const index = plot.cursor.idx;
    const at = index === null || index === undefined ? undefined : this.#series.x[index];
    const focused = document.activeElement === this.#root;
    const left = plot.cursor.left ?? -1;
    const hovered = this.#panels.some((panel) => panel.plot.over.matches(':hover'));
    // Of several, the one under the pointer says it for all.
    if (hovered && !plot.over.matches(':hover')) {
      return;
    }
    if (at === undefined || index === null || index === undefined || left < 0 || !(focused || hovered)) {
      this.#tooltip.hide();
      return;
    }
    const open = index >= this.#series.provisionalFrom;
    const entries = this.#lines
      .map((line, index) => ({ line, color: colorOf(line, index) }))
      .filter(({ line }) => !this.#legend.hidden.has(line.name) && (line.values[index] ?? null) !== null)
      .sort((a, b) => (a.line.axis ?? 0) - (b.line.axis ?? 0) || (b.line.values[index] ?? 0) - (a.line.values[index] ?? 0))
      .map(({ line, color }) => ({ color, name: shown(line.name, 60) || '(all)', value: exact(line.values[index] ?? 0, line.unit) }));
    const title = `${moment(at)}${open ? ' · still open' : ''}${saidOf(this.#gaps, at)}`;
    const { offsetTop } = plot.root;
    this.#tooltip.show(title, entries, left + plot.over.offsetLeft, offsetTop + (plot.cursor.top ?? 0), this.#root.clientWidth);
    if (focused && !hovered) {
      this.#spoken.textContent = [title, ...entries.map(({ name, value }) => `${name} ${value}`)].join(', ');
    }
  }
}

function peak({ values }: NamedValues): number {
  return values.reduce<number>((most, value) => (value !== null && Math.abs(value) > most ? Math.abs(value) : most), 0);
}
