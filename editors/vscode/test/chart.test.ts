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

for (const [value, text] of [[0, '0'], [12.3456, '12.3'], [999, '999'], [2_100, '2.1 k'], [-4_560_000, '-4.56 M'], [3e12, '3 T']] as const) {
  test(`${value} is written ${text}`, () => assert.equal(amount(value), text));
}
