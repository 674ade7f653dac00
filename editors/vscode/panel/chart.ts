// From a block's series to what uPlot draws: pure data, so that it can be tested without a screen.

import type uPlot from 'uplot';

import type { Series } from '../src/protocol.ts';

export interface Colors {
  lines: string[];
  text: string;
  grid: string;
  ground: string;
  /** Behind the windows that are still open. */
  open: string;
}

/** More lines than this cannot be told apart. */
export const MAX_LINES = 12;

/** uPlot wants seconds, and columns instead of rows. */
export function chartData(series: Series): uPlot.AlignedData {
  return [series.x.map((at) => at / 1000), ...series.series.slice(0, MAX_LINES).map((line) => line.values)];
}

export function chartOptions(series: Series, colors: Colors, width: number, height: number): uPlot.Options {
  const lines = series.series.slice(0, MAX_LINES);
  const axis = { stroke: colors.text, grid: { stroke: colors.grid, width: 1 }, ticks: { stroke: colors.grid, width: 1 } };
  // Times and counts cannot share a scale: each has its own, the first at the left.
  const units = [...new Set(lines.map(scale))];
  return {
    width,
    height,
    // The last time's label reaches beyond the plot.
    padding: [null, 28, null, null],
    cursor: { drag: { x: false, y: false } },
    scales: Object.fromEntries(units.map((unit) => [unit, { range: { min: { soft: 0, mode: 1 }, max: { pad: 0.1 } } }])),
    axes: [
      { ...axis, space: 90, values: (_, values) => values.map(clock) },
      ...units.map((unit, index) => ({
        ...axis,
        scale: unit,
        side: index === 0 ? 3 : 1,
        size: 64,
        grid: { ...axis.grid, show: index === 0 },
        values: (_: uPlot, values: number[]) => values.map((value) => amount(value, unit === 'ms' ? unit : null)),
      })),
    ],
    series: [
      { value: (_, at) => (at === null ? '' : clock(at)) },
      ...lines.map((line, index) => ({
        label: line.name,
        scale: scale(line),
        stroke: colors.lines[index % colors.lines.length] ?? colors.text,
        width: 1.5,
        points: { fill: colors.ground, size: 5 },
        // A group that was silent in a window leaves a gap, not a zero.
        spanGaps: false,
        value: (_: uPlot, value: number | null) => (value === null ? '' : amount(value, line.unit)),
      })),
    ],
    hooks: { drawClear: [(plot) => shadeOpen(plot, series, colors.open)] },
  };
}

function scale(line: { unit?: Unit }): string {
  return line.unit ?? 'count';
}

/** Values that may still change stand on a shaded ground. */
function shadeOpen(plot: uPlot, series: Series, color: string): void {
  const from = series.x[series.provisionalFrom];
  if (from === undefined) {
    return;
  }
  const { left, top, width, height } = plot.bbox;
  const start = Math.max(left, plot.valToPos(from / 1000, 'x', true));
  plot.ctx.fillStyle = color;
  plot.ctx.fillRect(start, top, Math.max(2, left + width - start), height);
}

/** What decides whether a chart can be fed or must be made anew. */
export function shape(series: Series): string {
  return JSON.stringify(series.series.slice(0, MAX_LINES).map((line) => line.name));
}

function clock(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString([], { hourCycle: 'h23' });
}

type Unit = 'ms' | null | undefined;

const PREFIXES: [number, string][] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** In milliseconds. */
const TIMES: [number, string][] = [
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
  [1, 'ms'],
  [1e-3, 'µs'],
];

/** A number as short as it can be read, in the largest unit that it fills. */
export function amount(value: number, unit: Unit): string {
  const scale = unit === 'ms' ? TIMES : PREFIXES;
  const [size, name] = scale.find(([size]) => Math.abs(value) >= size) ?? [1, unit ?? ''];
  return `${Number((value / size).toPrecision(3))}${name ? ` ${name}` : ''}`;
}
