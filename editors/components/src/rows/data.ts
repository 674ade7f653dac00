// A table's rows as they are shown, sorted and copied: pure data.

import type { Gap, Table } from '../protocol.ts';
import { printable, shown } from '../text.ts';

/** Columns that are drawn at most; copies have all. */
export const MAX_COLUMNS = 64;

/** Characters that one cell shows. */
export const MAX_CELL = 200;

/** Widest and narrowest column, in characters. */
const WIDEST = 44;
const NARROWEST = 6;

export interface Sort {
  column: number;
  descending: boolean;
}

/** Pressing a head sorts by it, pressing again turns it round, and once more takes it back. */
export function nextSort(sort: Sort | null, column: number): Sort | null {
  if (sort?.column !== column) {
    return { column, descending: false };
  }
  return sort.descending ? null : { column, descending: true };
}

/** The rows' indices in the order to show; nulls come last. */
export function order(table: Table, sort: Sort | null): number[] {
  const rows = table.rows.map((_, index) => index);
  const type = sort ? table.columns[sort.column]?.type : undefined;
  if (!sort || type === undefined) {
    return rows;
  }
  const keys = table.rows.map((row) => sortKey(row[sort.column] ?? null, type));
  const sign = sort.descending ? -1 : 1;
  return rows.sort((a, b) => {
    const [left, right] = [keys[a] ?? null, keys[b] ?? null];
    if (left === null || right === null) {
      return Number(left === null) - Number(right === null) || a - b;
    }
    return (left < right ? -sign : left > right ? sign : 0) || a - b;
  });
}

const SIZES: Record<string, number> = { ns: 1e-9, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3_600, d: 86_400 };

/** Display rows: the table's rows, and `~n` for the n-th gap, where they stand in the order in which they came. */
export function withGaps(rows: number[], gaps: readonly Gap[], sort: Sort | null): number[] {
  if (sort) {
    return rows;
  }
  const before = new Map<number, number[]>();
  gaps.forEach((gap, index) => {
    if (gap.before !== undefined) {
      before.set(gap.before, [...(before.get(gap.before) ?? []), ~index]);
    }
  });
  return before.size === 0 ? rows : [...rows.flatMap((row) => [...(before.get(row) ?? []), row]), ...(before.get(rows.length) ?? [])];
}

/** What stands in the place of rows that are missing. */
export function gapText({ rows }: Gap): string {
  return `╱╱ ${rows.toLocaleString('en-US')} ${rows === 1 ? 'row is' : 'rows are'} missing here ╱╱`;
}

/** What a value is compared by: the server writes numbers with groups, and timespans with units. */
export function sortKey(text: string | null, type: string): string | number | null {
  if (text === null) {
    return null;
  }
  if (type === 'long' || type === 'real') {
    const number = Number(text.replaceAll(',', ''));
    return Number.isNaN(number) ? null : number;
  }
  if (type === 'timespan') {
    const parts = [...text.matchAll(/([\d.,]+)\s*(ns|µs|ms|s|m|h|d)\b/gu)];
    const seconds = parts.reduce((sum, [, number, unit]) => sum + Number(number?.replaceAll(',', '')) * (SIZES[unit ?? ''] ?? 0), 0);
    return text.startsWith('-') ? -seconds : seconds;
  }
  if (type === 'datetime') {
    // A time without a date is of today.
    return /^\d{4}-/.test(text) ? text : `9999 ${text}`;
  }
  return text;
}

export function isNumber(type: string): boolean {
  return type === 'long' || type === 'real' || type === 'timespan';
}

/** Characters that each drawn column takes; never fewer than before, so that columns do not jump. */
export function widths(table: Table, before: readonly number[] = []): number[] {
  return table.columns.slice(0, MAX_COLUMNS).map(({ name }, column) => {
    const longest = table.rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), name.length + 2);
    // The first has the mark of rows that may still change.
    const mark = column === 0 && table.provisional.includes(true) ? 2 : 0;
    return Math.max(before[column] ?? 0, Math.min(WIDEST, Math.max(NARROWEST, longest + 2 + mark)));
  });
}

/** A value as a parameter takes it: numbers without groups. */
export function literal(text: string, type: string): string {
  return type === 'long' ? text.replaceAll(',', '') : text;
}

/** What is shown rounded or cut cannot be written down. */
export function isWhole(text: string, type: string): boolean {
  return !['real', 'timespan', 'datetime'].includes(type) && !text.endsWith('…');
}

export function toMarkdown(table: Table, rows = order(table, null)): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const head = line(table.columns.map(({ name }) => markdown(name)));
  const rule = line(table.columns.map(({ type }) => (isNumber(type) ? '---:' : '---')));
  const body = rows.map((index) => line(table.columns.map((_, column) => markdown(table.rows[index]?.[column] ?? ''))));
  return `${[head, rule, ...body].join('\n')}\n`;
}

/** Data must not become links, pictures or HTML where it is pasted. */
function markdown(text: string): string {
  return shown(text).replace(/[\\`*_[\]<>|~&$]/g, '\\$&');
}

export function toCsv(table: Table, rows = order(table, null)): string {
  const line = (cells: string[]) => cells.join(',');
  const head = line(table.columns.map(({ name }) => csv(name, 'string')));
  const body = rows.map((index) => line(table.columns.map(({ type }, column) => csv(table.rows[index]?.[column] ?? '', type))));
  return `${[head, ...body].join('\r\n')}\r\n`;
}

/** A text that a spreadsheet would take for a formula is quoted for it too. */
function csv(text: string, type: string): string {
  const number = type === 'long' ? text.replaceAll(',', '') : printable(text);
  const safe = !isNumber(type) && /^[=+\-@]/.test(number) ? `'${number}` : number;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
