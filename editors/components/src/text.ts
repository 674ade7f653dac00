// How texts, numbers and times are written on the page. Numbers read as the server writes them.

import type { Unit } from './protocol.ts';

/** Characters of one text that are shown at most. */
export const MAX_TEXT = 2_000;

/** Data can hold anything. Control, bidirectional and zero-width characters must not act on the screen. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '·');
}

/** A text as it is shown: cut with a mark, and printable. */
export function shown(text: string, most = MAX_TEXT): string {
  return text.length > most ? `${printable(text.slice(0, most).replace(/[\ud800-\udbff]$/, ''))}…` : printable(text);
}

/** Several lines stay several. */
export function shownLines(text: string, most = MAX_TEXT): string {
  return shown(text.replaceAll('\r\n', '\n').replaceAll('\n', '\uffff'), most).replaceAll('\uffff', '\n');
}

export { clock } from './zone.ts';

const PREFIXES: [number, string][] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** In milliseconds. */
const TIMES: [number, string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
  [1, 'ms'],
  [1e-3, 'µs'],
  [1e-6, 'ns'],
];

/** As short as it can be read, in the largest unit that it fills: for axes. */
export function rough(value: number, unit: Unit | undefined): string {
  if (!Number.isFinite(value)) {
    return String(value);
  }
  const scale = unit === 'ms' ? TIMES : PREFIXES;
  const [size, name] = scale.find(([size]) => Math.abs(value) >= size) ?? [1, unit ?? ''];
  return `${Number((value / size).toPrecision(3))}${name ? ` ${name}` : ''}`;
}

/** Four digits, with groups: for values that are read one by one. */
export function exact(value: number, unit: Unit | undefined): string {
  if (!Number.isFinite(value)) {
    return String(value);
  }
  if (unit === 'ms') {
    return timespan(value);
  }
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) {
    return value.toExponential(3);
  }
  const decimals = size === 0 ? 0 : Math.min(8, Math.max(0, 3 - Math.floor(Math.log10(size))));
  return value.toLocaleString('en-US', { maximumFractionDigits: decimals });
}

/** `12.3 ms`, `1.24 s`, `4 m 05 s`, `2 h 03 m`. */
function timespan(ms: number): string {
  const size = Math.abs(ms);
  const sign = ms < 0 ? '-' : '';
  const two = (part: number) => String(part).padStart(2, '0');
  const seconds = Math.round(size / 1_000);
  if (size === 0) {
    return '0 s';
  }
  if (seconds >= 86_400) {
    return `${sign}${Math.floor(seconds / 86_400)} d ${two(Math.floor(seconds / 3_600) % 24)} h`;
  }
  if (seconds >= 3_600) {
    return `${sign}${Math.floor(seconds / 3_600)} h ${two(Math.floor(seconds / 60) % 60)} m`;
  }
  if (seconds >= 60) {
    return `${sign}${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  }
  return rough(ms, 'ms');
}

/** `1 row`, `12 rows`. */
export function counted(count: number, one: string): string {
  return `${count.toLocaleString('en-US')} ${one}${count === 1 ? '' : 's'}`;
}
