import assert from 'node:assert/strict';
import { test } from 'node:test';

import { describe } from '../src/describe.ts';
import { hasRows, kindOf } from '../src/picture.ts';
import type { BlockResults } from '../src/protocol.ts';
import { FIGURES, log, results, series, table } from './fixtures.ts';

process.env['TZ'] = 'UTC';

for (const [what, of, words] of [
  ['a chart says its last values, and what is open', results({ series: series() }), 'Time chart of 3 lines from 14:03:20 to 14:05:15. Last values: eu-west-1 1.34 s, us-east-1 383 ms, ap-southeast-2 244 ms. The last 2 windows are still open and may change.'],
  ['a long list is cut', results({ series: series(20, 2, 0) }), /region-7 [^,]*, and 12 more\.$/],
  ['a card says which way', results({ figure: FIGURES.card }), 'errors 214, rising, p99 1.3 s, falling, requests 48,120.'],
  ['bars', results({ figure: FIGURES.bars }), 'Bars of requests: /orders 48,120, /cart 22,400, /checkout/confirm 9,350, /products/{id} 41,000, /login 3,020, /search none. 2 values may still change.'],
  ['columns of two series', results({ figure: FIGURES.columns }), /^Columns of p50 and p99: eu-west-1 151 ms and 1.3 s, /],
  ['a heatmap says where there is most', results({ figure: FIGURES.heatmap }), /^Heatmap of 8 rows from 14:03:20 to 14:06:35\. Most, 4\d\d, at .* The last columns may still change\.$/],
  ['what a heatmap sums up has its unit', results({ figure: { kind: 'heatmap', x: [0], y: ['eu'], counts: [[250]], unit: 'ms', provisionalFrom: 1 } }), 'Heatmap of 1 row from 00:00:00 to 00:00:00. Most, 250 ms, at 00:00:00 in eu.'],
  ['a histogram', results({ figure: FIGURES.histogram }), 'Histogram of duration: 3,241 values, most of them, 1,210, from 100 ms to 150 ms.'],
  ['a table', results({ table: table() }), 'Table of 400 rows and 6 columns, of 1,200 rows so far. 2 rows may still change.'],
  ['a log', results(log()), 'Log of 300 rows and 6 columns.'],
  ['nothing but a summary', results(), '▶ read 48,120 · matched 2,013 · 2.1 k/s · 40 ms behind'],
] as const) {
  test(`in words: ${what}`, () => {
    if (typeof words === 'string') {
      assert.equal(describe(of), words);
    } else {
      assert.match(describe(of), words);
    }
  });
}

const KINDS: [string, Partial<BlockResults>, string][] = [
  ['data of its own', { figure: FIGURES.heatmap, table: table() }, 'heatmap'],
  ['a series', { series: series(), shape: 'chart', table: table() }, 'chart'],
  ['a chart without a time yet', { series: { x: [], series: [], provisionalFrom: 0 }, shape: 'chart', table: table() }, 'table'],
  ['rows', { table: table(), view: ['as text'] }, 'table'],
  ['a picture that came only as text', { shape: 'pie', view: ['as text'], table: table() }, 'text'],
  ['a log without rows', { figure: log().figure, table: null }, 'nothing'],
  ['too many columns to stand', { figure: { ...FIGURES.columns, labels: Array.from({ length: 40 }, String) } }, 'bars'],
  ['nothing', {}, 'nothing'],
];

for (const [what, of, kind] of KINDS) {
  test(`${what} is shown as ${kind}`, () => assert.equal(kindOf(results(of)), kind));
}

test('rows can be looked at behind a picture, not behind a table', () => {
  assert.deepEqual([hasRows(results({ series: series(), table: table() })), hasRows(results({ table: table() })), hasRows(results({ figure: FIGURES.card }))], [true, false, false]);
});
