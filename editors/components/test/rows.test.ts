import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MAX_COLUMNS, isWhole, literal, nextSort, order, sortKey, toCsv, toMarkdown, widths, gapText, withGaps } from '../src/rows/data.ts';
import { fieldsOf, found, levelOf, messageOf, parts, restOf } from '../src/rows/log-data.ts';
import { valueItems } from '../src/rows/values.ts';
import { ROW, scrollTo, windowOf } from '../src/rows/window.ts';
import type { Table } from '../src/protocol.ts';
import { log } from './fixtures.ts';

const table = (columns: [string, string][], rows: (string | null)[][]): Table => ({
  columns: columns.map(([name, type]) => ({ name, type })),
  rows,
  provisional: rows.map(() => false),
  total: rows.length,
});

for (const [type, values, sorted] of [
  ['long', ['1,200', '-3', '900', null], ['-3', '900', '1,200', null]],
  ['real', ['1.5', '1.000e-9', '12,346'], ['1.000e-9', '1.5', '12,346']],
  ['timespan', ['1.24 s', '850 ms', '4 m 05 s', '17 ns', '-3 d 04 h', '2 h 03 m'], ['-3 d 04 h', '17 ns', '850 ms', '1.24 s', '4 m 05 s', '2 h 03 m']],
  ['datetime', ['14:03:20', '2026-02-28 23:00:00', '09:00:00.120'], ['2026-02-28 23:00:00', '09:00:00.120', '14:03:20']],
  ['string', ['b', null, 'a', 'B'], ['B', 'a', 'b', null]],
  ['bool', ['true', 'false'], ['false', 'true']],
] as const) {
  test(`a ${type} sorts by what it means, and nothing comes last`, () => {
    const of = table([['x', type]], values.map((value) => [value]));
    const by = (descending: boolean) => order(of, { column: 0, descending }).map((row) => of.rows[row]?.[0]);
    assert.deepEqual(by(false), sorted);
    const there = sorted.filter((value) => value !== null);
    assert.deepEqual(by(true), [...there.reverse(), ...sorted.filter((value) => value === null)]);
  });
}

test('a head sorts up, down, and not at all', () => {
  const up = nextSort(null, 1);
  const down = nextSort(up, 1);
  assert.deepEqual([up, down, nextSort(down, 1), nextSort(down, 2)], [
    { column: 1, descending: false }, { column: 1, descending: true }, null, { column: 2, descending: false },
  ]);
  assert.equal(sortKey('what', 'long'), null);
});

test('Markdown that is copied holds no links, pictures or HTML', () => {
  const of = table([['a|b', 'string'], ['n', 'long']], [['![x](http://evil)<img src=x>|', '1,200'], ['line\nbreak', null]]);
  assert.equal(toMarkdown(of), '| a\\|b | n |\n| --- | ---: |\n| !\\[x\\](http://evil)\\<img src=x\\>\\| | 1,200 |\n| line·break |  |\n');
});

test('CSV has quotes where they are needed, plain numbers, and no formulas', () => {
  const of = table([['a', 'string'], ['n', 'long']], [['=HYPERLINK("x")', '1,200'], ['say "hi", you', '-3'], [null, null]]);
  assert.equal(toCsv(of), 'a,n\r\n"\'=HYPERLINK(""x"")",1200\r\n"say ""hi"", you",-3\r\n,\r\n');
});

test('copies are in the order that is shown', () => {
  assert.equal(toCsv(table([['a', 'string']], [['1'], ['2']]), [1, 0]), 'a\r\n2\r\n1\r\n');
});

test('columns are as wide as their values, within bounds, and never shrink', () => {
  const of = table([['a', 'string'], ['long name', 'string']], [['x'.repeat(1_000), '1']]);
  assert.deepEqual(widths(of), [44, 13]);
  assert.deepEqual(widths(table([['a', 'string'], ['b', 'string']], []), [44, 13]), [44, 13]);
  const many = Array.from({ length: 500 }, (_, at): [string, string] => [`c${at}`, 'string']);
  assert.equal(widths(table(many, [])).length, MAX_COLUMNS);
});

test('only what is seen is drawn, whatever is opened', () => {
  assert.deepEqual(windowOf(0, 10 * ROW, 1_000), { first: 0, end: 16, above: 0, below: 984 * ROW });
  const middle = windowOf(100 * ROW, 10 * ROW, 1_000);
  assert.deepEqual(middle, { first: 94, end: 116, above: 94 * ROW, below: 884 * ROW });
  const opened = windowOf(100 * ROW, 10 * ROW, 1_000, new Map([[50, 10 * ROW]]));
  assert.equal(opened.first, 84);
  assert.equal(opened.above, 94 * ROW);
  assert.deepEqual(windowOf(5_000, 100, 0), { first: 0, end: 0, above: 0, below: 0 });
});

test('a row is scrolled to from above and from below, and left where it is seen', () => {
  assert.deepEqual([scrollTo(0, 100, 220), scrollTo(50, 0, 220), scrollTo(3, 0, 220)], [0, 51 * ROW - 220, null]);
});

test('a value that is followed is written as a parameter takes it', () => {
  assert.deepEqual([literal('1,200', 'long'), literal('a,b', 'string')], ['1200', 'a,b']);
  assert.deepEqual([isWhole('12.3 ms', 'timespan'), isWhole('abc…', 'string'), isWhole('200', 'long')], [false, false, true]);
});

test('the menu of a value: only, not, follow, copy; of nothing: filters alone', () => {
  const asked: unknown[] = [];
  const asking = { ask: (...all: unknown[]) => void asked.push(all), copy: (text: string) => void asked.push(text) };
  const items = valueItems('requests', '1,200', 'long', asking);
  assert.deepEqual(items.map(({ label }) => label), ['Only 1,200', 'Not 1,200', 'Follow 1,200 through the runbook', 'Copy']);
  items.forEach(({ take }) => take());
  valueItems('requests', null, 'long', asking).forEach(({ take }) => take());
  assert.deepEqual(asked, [
    ['headwater.filter', { field: 'requests', value: '1,200' }],
    ['headwater.filter', { field: 'requests', value: '1,200', except: true }],
    ['headwater.follow', { field: 'requests', value: '1200' }],
    '1,200',
    ['headwater.filter', { field: 'requests', value: null }],
    ['headwater.filter', { field: 'requests', value: null, except: true }],
  ]);
  assert.deepEqual(valueItems('duration', '12.3 ms', 'timespan', asking).map(({ disabled }) => disabled !== undefined), [false, false, true, false]);
});

for (const [severity, level] of [
  ['ERROR', 'error'], ['Warning', 'warning'], ['critical', 'fatal'], ['notice', 'info'], ['17', 'error'], ['9', 'info'], ['24', 'fatal'], ['', 'none'], [null, 'none'], ['loud', 'none'],
] as const) {
  test(`the severity ${severity} is ${level}`, () => assert.equal(levelOf(severity), level));
}

test('search finds in every field, whatever the case', () => {
  const rows = [['a', 'Payment'], ['b', null], ['payment c', 'x']];
  assert.deepEqual([found(rows, 'PAY'), found(rows, ' '), found(rows, 'zzz')], [[0, 2], [0, 1, 2], []]);
  assert.deepEqual(parts('Payment pay', 'pay'), ['', 'Pay', 'ment ', 'pay', '']);
  assert.deepEqual(parts('İi', 'i'), ['İi']);
});

test('an opened row has all fields, those without a value last', () => {
  const of = table([['a', 'string'], ['b', 'long'], ['c', 'string']], [[null, '1', 'x']]);
  assert.deepEqual(fieldsOf(of, 0).map(({ name }) => name), ['b', 'c', 'a']);
});

test('a log without a message shows its other values', () => {
  const { table: of, figure } = log(1);
  assert.match(messageOf(of.rows[0] ?? [], { ...figure, kind: 'log', time: 0, severity: 1, message: null }), /payment authorised .*checkout|payment/);
});

test('rows that are missing stand where they would have come, unless rows are sorted', () => {
  const gaps = [{ rows: 12, before: 1 }, { rows: 1, before: 3 }, { rows: 7 }];
  assert.deepEqual(withGaps([0, 1, 2], gaps, null), [0, ~0, 1, 2, ~1]);
  assert.deepEqual(withGaps([2, 1, 0], gaps, { column: 0, descending: true }), [2, 1, 0]);
  assert.deepEqual(gaps.map(gapText), ['╱╱ 12 rows are missing here ╱╱', '╱╱ 1 row is missing here ╱╱', '╱╱ 7 rows are missing here ╱╱']);
});

test('a line says what was projected beside its message; of whole records it does not', () => {
  const of = table([['timestamp', 'datetime'], ['level', 'string'], ['msg', 'string'], ['path', 'string'], ['status', 'long']], [['12:00:00', 'error', 'failed', '/cart', null]]);
  const shown = { kind: 'log', time: 0, severity: 1, message: 2 } as const;
  assert.equal(restOf(of, of.rows[0] ?? [], shown), 'path=/cart');
  const wide = table(Array.from({ length: 20 }, (_, at) => [`f${at}`, 'string'] as const), [Array.from({ length: 20 }, String)]);
  assert.equal(restOf(wide, wide.rows[0] ?? [], shown), '');
});
