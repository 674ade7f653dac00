import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MAX_LINES, amount, chartData, shape } from '../panel/chart.ts';

const series = (names: string[]) => ({
  x: [1_000, 2_500],
  series: names.map((name) => ({ name, values: [1, null] })),
  provisionalFrom: 1,
});

test('times become seconds, lines become columns, gaps stay gaps', () => {
  assert.deepEqual(chartData(series(['eu', 'us'])), [[1, 2.5], [1, null], [1, null]]);
});

test('a chart has a dozen lines at most', () => {
  const many = series(Array.from({ length: 40 }, (_, index) => `r${index}`));
  assert.equal(chartData(many).length, 1 + MAX_LINES);
});

test('new values feed a chart, another set of lines makes it anew', () => {
  assert.equal(shape(series(['eu', 'us'])), shape({ ...series(['eu', 'us']), x: [], provisionalFrom: 0 }));
  assert.notEqual(shape(series(['eu', 'us'])), shape(series(['us', 'eu'])));
});

for (const [value, unit, text] of [
  [0, null, '0'],
  [12.3456, null, '12.3'],
  [999, undefined, '999'],
  [2_100, null, '2.1 k'],
  [-4_560_000, null, '-4.56 M'],
  [0, 'ms', '0 ms'],
  [0.25, 'ms', '250 µs'],
  [812.4, 'ms', '812 ms'],
  [1_500, 'ms', '1.5 s'],
  [90_000, 'ms', '1.5 min'],
] as const) {
  test(`${value} ${unit ?? ''} is written ${text}`, () => assert.equal(amount(value, unit), text));
}
