// Bars, columns and histograms as shares of their room: pure data.

import type { Bars, Histogram, NamedValues, Unit } from '../protocol.ts';
import { exact, rough, shown } from '../text.ts';

/** Labels that are drawn at most. */
export const MAX_LABELS = 60;

/** More columns than this lie down as bars. */
export const MAX_STANDING = 24;

export interface Bar {
  /** Of the room, from 0 to 1. */
  share: number;
  /** Index of a series' colour. */
  color: number;
  text: string;
  negative: boolean;
}

export interface Group {
  label: string;
  bars: Bar[];
  open: boolean;
}

export interface Plot {
  groups: Group[];
  /** Labels that are not drawn. */
  more: number;
  /** Names of the series, where they must be told apart. */
  legend: string[];
  /** Where values stand, for columns. */
  ticks: { share: number; text: string }[];
  /** Between the columns of a histogram. */
  edges: string[];
}

/** The size of what can be drawn. */
function size(value: number | null): number {
  return value !== null && Number.isFinite(value) ? Math.abs(value) : 0;
}

/** Each unit has its own greatest value: milliseconds and counts do not share a scale. */
function greatest(series: NamedValues[]): Map<Unit | undefined, number> {
  const most = new Map<Unit | undefined, number>();
  for (const { unit, values } of series) {
    const own = values.reduce<number>((top, value) => Math.max(top, size(value)), 0);
    most.set(unit ?? null, Math.max(most.get(unit ?? null) ?? 0, own));
  }
  return most;
}

export function barsOf({ kind, labels, series, provisional }: Bars): Plot {
  const most = greatest(series);
  const sums = series.map(({ values }) => values.reduce<number>((sum, value) => sum + ((value ?? 0) > 0 ? size(value) : 0), 0));
  const groups = labels.slice(0, MAX_LABELS).map<Group>((label, at) => ({
    label: shown(label, 120) || '(none)',
    open: provisional[at] ?? false,
    bars: series.map(({ unit, values }, color) => {
      const value = values[at] ?? null;
      const whole = kind === 'pie' ? (sums[color] ?? 0) : (most.get(unit ?? null) ?? 0);
      const share = whole > 0 ? Math.min(1, size(value) / whole) : 0;
      const said = value === null ? '–' : exact(value, unit);
      return { share, color, text: kind === 'pie' && value !== null ? `${percent(share)} · ${said}` : said, negative: (value ?? 0) < 0 };
    }),
  }));
  const first = series[0];
  const top = most.get(first?.unit ?? null) ?? 0;
  return {
    groups,
    more: labels.length - groups.length,
    legend: series.length > 1 ? series.map(({ name }) => shown(name, 60)) : [],
    ticks: ticksOf(top, first?.unit),
    edges: [],
  };
}

/** Counts are estimates where values were put together: beyond a few they are whole. */
export function histogramOf({ unit, edges, counts }: Histogram): Plot {
  const top = Math.max(0, ...counts.map(size));
  const edge = (at: number) => exact(edges[at] ?? 0, unit);
  return {
    groups: counts.map((count, at) => ({
      label: `${edge(at)} to ${edge(at + 1)}`,
      open: false,
      bars: [{ share: top > 0 ? size(count) / top : 0, color: 0, text: exact(count >= 10 ? Math.round(count) : count, null), negative: false }],
    })),
    more: 0,
    legend: [],
    ticks: ticksOf(top, null),
    edges: edges.map((value) => rough(value, unit)),
  };
}

/** `12 %`, `0.4 %`. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 9.95 ? Number(value.toPrecision(2)) : Math.round(value)} %`;
}

/** Round values below the greatest. */
export function ticksOf(top: number, unit: Unit | undefined): { share: number; text: string }[] {
  if (!(top > 0) || !Number.isFinite(top)) {
    return [];
  }
  const power = 10 ** Math.floor(Math.log10(top / 3));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => top / step <= 4.5) ?? top;
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, at) => ({ share: (at * step) / top, text: rough(at * step, unit) }));
}

/** A line through the values within a room of this size; gaps stay gaps. */
export function trendPath(values: (number | null)[], width: number, height: number): string {
  const there = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  const [low, high] = [Math.min(...there), Math.max(...there)];
  let [path, pen] = ['', 'M'];
  values.forEach((value, at) => {
    if (value === null || !Number.isFinite(value)) {
      pen = 'M';
      return;
    }
    const x = values.length > 1 ? (at / (values.length - 1)) * width : width / 2;
    const y = high > low ? height - ((value - low) / (high - low)) * height : height / 2;
    path += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = 'L';
  });
  return path;
}

/** How a value stands to the one before: `▲ 123 %`. */
export function change(value: number | null, before: number | null): string {
  if (value === null || before === null) {
    return '';
  }
  if (value === before) {
    return '= as before';
  }
  if (before !== 0 && Math.abs((value - before) / before) < 0.0005) {
    return '≈ as before';
  }
  const sign = value > before ? '▲' : '▼';
  return before === 0 ? `${sign} from 0` : `${sign} ${percent(Math.abs((value - before) / before))}`;
}
