// One chart over time, of lines that share an axis. Several stand below one another and have one cursor and one zoom.

import uPlot from 'uplot';

import type { Colors } from '../colors.ts';
import type { NamedValues, Series } from '../protocol.ts';
import { rough } from '../text.ts';
import { inZone, marks } from '../zone.ts';
import { colorOf, columns, isWhole, openFrom, scaleOf } from './data.ts';
import { hatch } from './hatch.ts';
import { type Zoom, rememberZoom, shadeFrom, timeScale, unzoom } from './zoom.ts';

/** Steps between marks of what is counted. */
const WHOLE = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

/** What a chart draws. */
export interface Drawn {
  series: Series;
  lines: NamedValues[];
  gaps: [number, number][];
}

export interface PanelOptions {
  height: number;
  /** The last one has the times. */
  last: boolean;
  /** Pixels for what stands at the marks of values, one for all. */
  left: number;
  zoom: Zoom;
  point: (plot: uPlot) => void;
}

export class Panel {
  readonly plot: uPlot;
  #drawn: Drawn;

  constructor(root: HTMLElement, drawn: Drawn, colors: Colors, options: PanelOptions) {
    this.#drawn = drawn;
    this.plot = new uPlot(this.#options(root.clientWidth, colors, options), columns(drawn.series, drawn.lines), root);
  }

  draw(drawn: Drawn): void {
    this.#drawn = drawn;
    this.plot.setData(columns(drawn.series, drawn.lines));
  }

  /** Lines that are not hidden. */
  show(isShown: (name: string) => boolean): void {
    this.#drawn.lines.forEach(({ name }, index) => {
      const show = isShown(name);
      for (const column of [1 + 2 * index, 2 + 2 * index]) {
        if (this.plot.series[column]?.show !== show) {
          this.plot.setSeries(column, { show });
        }
      }
    });
  }

  #options(width: number, colors: Colors, { height, last, left, zoom, point }: PanelOptions): uPlot.Options {
    const grid = { stroke: colors.grid, width: 1 };
    const axis = { stroke: colors.text, grid, ticks: grid, font: colors.font };
    const { lines } = this.#drawn;
    const unit = lines[0] ? scaleOf(lines[0]) : 'count';
    const range: uPlot.Range.Config = { min: { soft: 0, mode: 1, pad: 0 }, max: { pad: 0.1, soft: 0, mode: 2 } };
    const times = (_: uPlot, values: number[]): string[] => (last ? marks(values.map((at) => at * 1_000)) : values.map(() => ''));
    return {
      width: Math.max(120, width),
      height,
      // The last time's label reaches beyond the plot.
      padding: [10, 28, last ? null : 4, null],
      legend: { show: false },
      tzDate: (at) => inZone(at * 1_000),
      cursor: {
        drag: { x: true, y: false, setScale: true, dist: 4 },
        focus: { prox: 24 },
        // The same time in all charts of the page.
        sync: { key: 'headwater', setSeries: false, filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' } },
        bind: { dblclick: (plot) => () => (unzoom(plot, zoom), null) },
        points: { size: 8 },
      },
      focus: { alpha: 0.35 },
      scales: { x: timeScale(zoom), y: { range } },
      axes: [
        { ...axis, size: (_, values) => (last ? (values?.some((text) => text.includes('\n')) ? 44 : 32) : 6), space: 70, values: times },
        {
          ...axis,
          size: left,
          ...(lines.every(isWhole) ? { incrs: WHOLE } : {}),
          values: (_, values) => values.map((value) => rough(value, unit === 'ms' ? unit : null)),
        },
      ],
      series: [{}, ...lines.flatMap((line, index) => this.#pair(line, colors.lines[colorOf(line, index)] ?? colors.text, colors.ground))],
      hooks: {
        ...rememberZoom(zoom),
        drawClear: [(plot) => this.#ground(plot, colors)],
        setCursor: [point],
      },
    };
  }

  #ground(plot: uPlot, colors: Colors): void {
    const at = openFrom(this.#drawn.series);
    shadeFrom(plot, at === undefined ? undefined : at / 1_000, colors.open, colors.text);
    hatch(plot, this.#drawn.gaps, colors.text);
  }

  /** A line's final part, and its open one: dashed, with hollow points. */
  #pair(line: NamedValues, stroke: string, ground: string): uPlot.Series[] {
    const shared = { label: line.name, scale: 'y', stroke, width: 1.75, spanGaps: false };
    const open = () => this.#drawn.series.x.flatMap((_, index) => (index >= this.#drawn.series.provisionalFrom ? [index] : []));
    return [
      { ...shared, points: { fill: stroke, stroke, size: 5 } },
      { ...shared, dash: [5, 4], points: { show: true, fill: ground, stroke, width: 1.75, size: 7, filter: open } },
    ];
  }
}
