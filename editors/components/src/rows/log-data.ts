// What a log view shows of each row: pure data.

import type { Log, Table } from '../protocol.ts';

export type Level = 'fatal' | 'error' | 'warning' | 'info' | 'debug' | 'trace' | 'none';

const WORDS: [RegExp, Level][] = [
  [/^(fatal|crit|emerg|alert|panic)/i, 'fatal'],
  [/^err/i, 'error'],
  [/^warn/i, 'warning'],
  [/^(info|notice)/i, 'info'],
  [/^(debug|verbose)/i, 'debug'],
  [/^trace/i, 'trace'],
];

/** OpenTelemetry's numbers, four a level. */
const NUMBERS: Level[] = ['trace', 'debug', 'info', 'warning', 'error', 'fatal'];

export function levelOf(severity: string | null): Level {
  const text = (severity ?? '').trim();
  if (/^\d{1,2}$/.test(text)) {
    return NUMBERS[Math.floor((Number(text) - 1) / 4)] ?? 'none';
  }
  return WORDS.find(([word]) => word.test(text))?.[1] ?? 'none';
}

/** The rows that hold the text, whatever its case; all where it is empty. */
export function found(rows: (string | null)[][], text: string): number[] {
  const wanted = text.trim().toLowerCase();
  return rows.flatMap((row, at) => (wanted === '' || row.some((value) => value?.toLowerCase().includes(wanted)) ? [at] : []));
}

/** A text in parts, every second of which is what was searched for. */
export function parts(text: string, wanted: string): string[] {
  const word = wanted.trim().toLowerCase();
  const lower = text.toLowerCase();
  if (word === '' || lower.length !== text.length) {
    return [text];
  }
  const split: string[] = [];
  let from = 0;
  for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, from)) {
    split.push(text.slice(from, at), text.slice(at, at + word.length));
    from = at + word.length;
  }
  return [...split, text.slice(from)];
}

/** The line of a row: its message, or all of its values where no column is one. */
export function messageOf(row: (string | null)[], log: Log): string {
  if (log.message !== null) {
    return row[log.message] ?? '';
  }
  return row.filter((value, at) => value !== null && at !== log.time && at !== log.severity).slice(0, 12).join('  ');
}

/** More fields than this were not chosen: they are in the opened row only. */
const CHOSEN = 14;

/** What else a projected row says, behind its message. */
export function restOf({ columns }: Table, row: (string | null)[], log: Log): string {
  if (log.message === null || columns.length > CHOSEN) {
    return '';
  }
  const shown = [log.time, log.severity, log.message];
  const rest = columns.flatMap(({ name }, at) => (shown.includes(at) || (row[at] ?? '') === '' ? [] : [`${name}=${row[at]}`]));
  return rest.join('  ');
}

/** The fields of an opened row, those without a value last. */
export function fieldsOf(table: Table, row: number): { name: string; type: string; value: string | null }[] {
  const fields = table.columns.map(({ name, type }, at) => ({ name, type, value: table.rows[row]?.[at] ?? null }));
  return [...fields.filter(({ value }) => value !== null), ...fields.filter(({ value }) => value === null)];
}

/** What a row is known by when others have come and gone: of long values, their beginning and length. */
export function keyOf(row: (string | null)[]): string {
  return row.map((value) => (value === null ? '\u0001' : value.length > 100 ? `${value.slice(0, 100)}${value.length}` : value)).join('\u0000');
}
