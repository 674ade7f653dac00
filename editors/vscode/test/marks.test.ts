import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MARKS, gutterIcon, markOf, spark, sparkline } from '../src/marks.ts';
import { results } from './results.ts';

const decoded = (address: string) => Buffer.from(address.split(',')[1] ?? '', 'base64').toString();

test('what a block does is marked, and one that has ended well is not', () => {
  const mark = (changes: object) => markOf(results(changes));
  assert.deepEqual(
    [mark({}), mark({ state: 'starting' }), mark({ stale: true }), mark({ state: 'failed', stale: true }), mark({ state: 'finished' }), mark({ state: 'stopped' })],
    ['running', 'running', 'stale', 'failed', undefined, undefined],
  );
});

test('marks differ in shape', () => {
  assert.equal(new Set(MARKS.map((mark) => decoded(gutterIcon(mark)).replaceAll(/#[0-9a-f]{6}/g, ''))).size, MARKS.length);
});

test('a sparkline is of the line that moves most', () => {
  const series = { x: [1, 2, 3], provisionalFrom: 3, series: [{ name: 'a', values: [null, null, 1] }, { name: 'b', values: [1, null, 3] }] };
  assert.deepEqual(spark(results({ series })), [1, null, 3]);
  assert.equal(spark(results()), undefined);
  const named = (name: string, values: number[], unit: 'ms' | null = null) => ({ name, values, unit });
  const struck = { x: [1, 2, 3], provisionalFrom: 3, series: [named('us', [3, 4, 3]), named('eu', [3, 90, 40]), named('p99', [1, 500, 2], 'ms')] };
  assert.deepEqual(spark(results({ series: struck })), [3, 90, 40]);
  const card = { kind: 'card' as const, cards: [{ name: 'n', text: '5', value: 5, before: 4, trend: [3, 4, 5] }] };
  assert.deepEqual(spark(results({ figure: card })), [3, 4, 5]);
});

test('it goes from the lowest to the highest, with gaps, whatever the values', () => {
  const svg = decoded(sparkline([0, 10, null, 5, 5], '#123456'));
  assert.match(svg, /d="M2 12L22 2M62 7L82 7"/);
  assert.match(svg, /stroke="#123456"/);
  assert.doesNotMatch(decoded(sparkline([7, 7], '#123456')), /NaN|Infinity/);
});

test('only so many points are drawn', () => {
  const values = Array.from({ length: 400 }, (_, index) => index);
  assert.equal(spark(results({ series: { x: values, provisionalFrom: 400, series: [{ name: 'a', values }] } }))?.length, 60);
});
