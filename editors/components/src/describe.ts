// A picture in words, for those who do not see it: what it is of, how far it reaches, its last values.

import { lastOf } from './chart/data.ts';
import { kindOf } from './picture.ts';
import type { Bars, BlockResults, Cards, Heatmap, Histogram, NamedValues, Series } from './protocol.ts';
import { clock, counted, exact, shown } from './text.ts';

/** Values that are named at most. */
const MAX_VALUES = 8;

export function describe(results: BlockResults): string {
  const { figure, series, table } = results;
  const kind = kindOf(results);
  if (kind === 'chart' && series) {
    return chart(series);
  }
  if (figure?.kind === 'card') {
    return cards(figure);
  }
  if (figure?.kind === 'heatmap') {
    return heatmap(figure);
  }
  if (figure?.kind === 'histogram') {
    return histogram(figure);
  }
  if (figure && figure.kind !== 'log') {
    return bars(figure);
  }
  if (table && (kind === 'table' || kind === 'log')) {
    const open = table.provisional.filter(Boolean).length;
    const rows = `${kind === 'log' ? 'Log' : 'Table'} of ${counted(table.rows.length, 'row')} and ${counted(table.columns.length, 'column')}`;
    return `${rows}${table.total > table.rows.length ? `, of ${counted(table.total, 'row')} so far` : ''}${open > 0 ? `. ${counted(open, 'row')} may still change` : ''}.`;
  }
  return shown(results.summary);
}

function chart(series: Series): string {
  const [first, last] = [series.x[0], series.x.at(-1)];
  const span = first === undefined || last === undefined ? '' : ` from ${clock(first)} to ${clock(last)}`;
  const open = series.x.length - series.provisionalFrom;
  const still = open > 0 ? ` The last ${open === 1 ? 'window is' : `${open} windows are`} still open and may change.` : '';
  return `Time chart of ${counted(series.series.length, 'line')}${span}. Last values: ${list(series.series, (line) => said(line, lastOf(line.values)))}.${still}`;
}

function bars({ kind, labels, series, provisional }: Bars): string {
  const what = { bars: 'Bars', columns: 'Columns', pie: 'Shares' }[kind];
  const values = labels.map((label, index) => `${shown(label, 60)} ${series.map((line) => number(line, line.values[index] ?? null)).join(' and ')}`);
  const open = provisional.filter(Boolean).length;
  const of = series.map((line) => shown(line.name, 60)).filter(Boolean).join(' and ');
  return `${what}${of ? ` of ${of}` : ''}: ${list(values, (value) => value)}.${open > 0 ? ` ${counted(open, 'value')} may still change.` : ''}`;
}

function cards({ cards }: Cards): string {
  return `${list(cards, ({ name, text, value, before }) => `${shown(name, 60)} ${shown(text, 60)}${direction(value, before)}`)}.`;
}

function direction(value: number | null, before: number | null): string {
  if (value === null || before === null || value === before) {
    return '';
  }
  return value > before ? ', rising' : ', falling';
}

function heatmap({ x, y, counts, unit, provisionalFrom }: Heatmap): string {
  let most = { count: -1, row: 0, column: 0 };
  counts.forEach((cells, row) =>
    cells.forEach((count, column) => {
      if (count > most.count) {
        most = { count, row, column };
      }
    }),
  );
  const [first, last] = [x[0], x.at(-1)];
  const span = first === undefined || last === undefined ? '' : ` from ${clock(first)} to ${clock(last)}`;
  const peak = most.count > 0 ? ` Most, ${exact(most.count, unit)}, at ${clock(x[most.column] ?? NaN)} in ${shown(y[most.row] ?? '', 60)}.` : '';
  return `Heatmap of ${counted(y.length, 'row')}${span}.${peak}${provisionalFrom < x.length ? ' The last columns may still change.' : ''}`;
}

function histogram({ name, unit, edges, counts }: Histogram): string {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const most = counts.indexOf(Math.max(...counts));
  const range = (index: number) => `${exact(edges[index] ?? 0, unit)} to ${exact(edges[index + 1] ?? 0, unit)}`;
  return `Histogram of ${shown(name, 60)}: ${counted(total, 'value')}${counts.length > 0 ? `, most of them, ${exact(counts[most] ?? 0, null)}, from ${range(most)}` : ''}.`;
}

function said(line: NamedValues, value: number | null): string {
  return `${shown(line.name, 60)} ${number(line, value)}`.trim();
}

function number({ unit }: NamedValues, value: number | null): string {
  return value === null ? 'none' : exact(value, unit);
}

function list<T>(of: T[], say: (one: T) => string): string {
  const said = of.slice(0, MAX_VALUES).map(say).join(', ');
  return of.length > MAX_VALUES ? `${said}, and ${of.length - MAX_VALUES} more` : said;
}
