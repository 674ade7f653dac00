import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MAX_LABELS, barsOf, change, histogramOf, percent, ticksOf, trendPath } from '../src/bars/data.ts';
import { depth, labelled, stepOf } from '../src/chart/grid.ts';
import { FIGURES } from './fixtures.ts';

test('the longest bar has all of the room, others their share of it, and none is none', () => {
  const { groups } = barsOf(FIGURES.bars);
  assert.deepEqual(groups.map(({ bars }) => [bars[0]?.share.toFixed(3), bars[0]?.text]), [
    ['1.000', '48,120'], ['0.466', '22,400'], ['0.194', '9,350'], ['0.852', '41,000'], ['0.063', '3,020'], ['0.000', '–'],
  ]);
  assert.deepEqual(groups.map(({ open }) => open), [false, false, false, false, true, true]);
});

test('shares are of the whole', () => {
  const { groups } = barsOf(FIGURES.pie);
  assert.deepEqual(groups.map(({ bars }) => bars[0]?.text), ['58 % · 520', '23 % · 210', '18 % · 160', '1.5 % · 14']);
});

test('times and counts do not share a scale', () => {
  const { groups } = barsOf({ kind: 'bars', labels: ['a'], provisional: [false], series: [{ name: 'n', values: [10] }, { name: 't', unit: 'ms', values: [5_000] }] });
  assert.deepEqual(groups[0]?.bars.map(({ share }) => share), [1, 1]);
});

test('only so many labels are drawn, and the rest is counted', () => {
  const labels = Array.from({ length: 100 }, (_, at) => `l${at}`);
  const plot = barsOf({ kind: 'bars', labels, provisional: [], series: [{ name: 'n', values: labels.map(() => 1) }] });
  assert.deepEqual([plot.groups.length, plot.more], [MAX_LABELS, 100 - MAX_LABELS]);
});

test('a histogram says the ends of each range', () => {
  const { groups, edges } = histogramOf(FIGURES.histogram);
  assert.deepEqual(groups[2], { label: '100 ms to 150 ms', open: false, bars: [{ share: 1, color: 0, text: '1,210', negative: false }] });
  assert.equal(edges.length, groups.length + 1);
});

test('nothing to draw is drawn without harm', () => {
  assert.deepEqual(histogramOf({ kind: 'histogram', name: 'x', edges: [], counts: [] }).groups, []);
  assert.deepEqual(barsOf({ kind: 'pie', labels: ['a'], provisional: [], series: [{ name: 'n', values: [null] }] }).groups[0]?.bars[0]?.share, 0);
  assert.equal(trendPath([], 10, 10), '');
  assert.equal(trendPath([5], 10, 10), 'M5.0 5.0');
});

test('a trend has gaps where there was nothing', () => {
  assert.equal(trendPath([0, 10, null, 10], 30, 10), 'M0.0 10.0L10.0 0.0M30.0 0.0');
});

for (const [value, before, text] of [
  [214, 96, '▲ 123 %'], [1_300, 1_510, '▼ 14 %'], [5, 5, '= as before'], [5, 0, '▲ from 0'], [12_103, 12_102, '≈ as before'], [5, null, ''], [null, 5, ''],
] as const) {
  test(`${value} after ${before} is "${text}"`, () => assert.equal(change(value, before), text));
}

test('percents have the digits that they need', () => {
  assert.deepEqual([0, 0.004, 0.0151, 0.58, 1].map(percent), ['0 %', '0.4 %', '1.5 %', '58 %', '100 %']);
});

test('ticks are round, few, and none for nothing', () => {
  assert.deepEqual(ticksOf(1_210, null).map(({ text }) => text), ['0', '500', '1 k']);
  assert.deepEqual([ticksOf(0, null), ticksOf(Infinity, null)], [[], []]);
});

test('the fewest events are still seen', () => {
  assert.deepEqual([depth(0, 100), depth(1, 10_000) > 0.12, depth(100, 100), depth(1, 0)], [0, true, 1, 0]);
});

test('columns are as wide as the least step between them', () => {
  assert.deepEqual([stepOf([0, 5_000, 15_000]), stepOf([1]), stepOf([])], [5, 1, 1]);
});

test('rows are labelled as far as there is room', () => {
  assert.deepEqual(labelled(4, 100), [0, 1, 2, 3]);
  assert.deepEqual(labelled(8, 72), [0, 2, 4, 6]);
});
