// Data that wants to be more than data: in every place where a page shows a text.

import type { BlockResults, Figure, Runbook } from '../src/protocol.ts';
import { FIGURES, START, results, runbook } from './fixtures.ts';

export const SCRIPT = '"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>{{7*7}}${window.hacked=1}';
export const ANSI = '\u001b[31mred\u001b]0;title\u0007\u001b[0m\u009b2J';
export const BIDI = 'user\u202egpj.exe\u2066\u2069\u200b\u200f\ufeff';
export const MEGABYTE = 'A'.repeat(1 << 20);
export const COMBINING = `Z${'\u0317\u0330\u0348'.repeat(400)}`;

/** In tables a megabyte stands once: hundreds of them would test the wire, not the page. */
const LONG = 'B'.repeat(20_000);

const TEXTS = [SCRIPT, ANSI, BIDI, LONG, COMBINING, '__proto__', 'constructor', '', '\ud83d'];

const at = (index: number): string => TEXTS[index % TEXTS.length] ?? '';

const wide = (columns: number) => ({
  columns: Array.from({ length: columns }, (_, index) => ({ name: index < TEXTS.length ? at(index) : `column.${index}`, type: index % 4 === 0 ? 'long' : 'string' })),
  rows: Array.from({ length: 40 }, (_, row) => Array.from({ length: columns }, (_, index) => (row === 0 && index === 1 ? MEGABYTE : index < 12 && row < 9 ? at(row + index) : `${row}.${index}`))),
  provisional: Array.from({ length: 40 }, (_, row) => row > 37),
  total: 40,
});

const figures: Figure[] = [
  { kind: 'bars', labels: TEXTS, series: [{ name: SCRIPT, values: TEXTS.map((_, index) => index - 3) }], provisional: [] },
  { kind: 'columns', labels: TEXTS, series: [{ name: MEGABYTE, values: [Infinity, NaN, -1, 1e308, 0, null] }, { name: SCRIPT, values: [] }], provisional: [] },
  { kind: 'card', cards: TEXTS.map((text) => ({ name: text, text, value: NaN, before: 0, trend: [NaN, 1, Infinity, null] })) },
  { ...FIGURES.heatmap, y: TEXTS.slice(0, 8) },
  { kind: 'histogram', name: SCRIPT, edges: [NaN, Infinity], counts: [Infinity] },
  { kind: 'log', time: 0, severity: 1, message: 2 },
  { kind: 'log', time: null, severity: null, message: 99 },
];

export const HOSTILE: BlockResults[] = [
  results({
    block: SCRIPT, title: SCRIPT, summary: SCRIPT, source: `${SCRIPT}\n${ANSI}\n${MEGABYTE}`,
    series: { x: [START, START + 5_000], series: TEXTS.map((name, index) => ({ name, values: [index, index === 3 ? null : -index] })), provisionalFrom: 1 },
    notices: TEXTS.map((message) => ({ severity: SCRIPT, message })),
  }),
  results({ block: 'wide', title: MEGABYTE, summary: MEGABYTE, table: wide(500) }),
  results({ block: 'as text', title: BIDI, shape: 'pie', view: TEXTS }),
  results({ block: 'empty', title: ANSI, empty: { reason: SCRIPT, message: SCRIPT, help: MEGABYTE } }),
  ...figures.map((figure, index) => results({ block: `figure-${index}`, title: COMBINING, figure, table: wide(20) })),
  results({ block: '__proto__', title: '__proto__', table: wide(3) }),
];

export const HOSTILE_RUNBOOK: Runbook = runbook(HOSTILE, {
  title: SCRIPT,
  params: TEXTS.map((text, index) => ({ name: `${text.slice(0, 3_000)}${index}`, type: at(index + 1).slice(0, 100), default: text, value: text, set: true, doc: text, choices: index % 2 === 0 ? TEXTS : [] })),
});
