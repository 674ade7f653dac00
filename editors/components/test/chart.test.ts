import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MAX_LINES, chosen, colorOf, columns, isWhole, lastOf, panels, shapeOf, span, zoomed } from '../src/chart/data.ts';

const line = (name: string, values: (number | null)[] = [1, null]) => ({ name, values });

test('times become seconds, a line becomes its final and its open part, gaps stay gaps', () => {
  const series = { x: [1_000, 2_000, 3_000, 4_000], series: [line('eu', [1, null, 3, 4])], provisionalFrom: 3 };
  assert.deepEqual(columns(series, series.series), [
    [1, 2, 3, 4],
    [1, null, 3, null],
    [null, null, 3, 4],
  ]);
});

test('without open windows the open part is the last point only, and draws nothing', () => {
  const series = { x: [1_000, 2_000], series: [line('eu', [1, 2])], provisionalFrom: 2 };
  assert.deepEqual(columns(series, series.series)[2], [null, 2]);
});

test('all open: nothing is final', () => {
  const series = { x: [1_000, 2_000], series: [line('eu', [1, 2])], provisionalFrom: 0 };
  assert.deepEqual(columns(series, series.series).slice(1), [[null, null], [1, 2]]);
});

test('a chart has a dozen lines at most: the highest, in their order, and those that were there stay', () => {
  const many = Array.from({ length: 40 }, (_, at) => line(`r${at}`, [at, null]));
  const first = chosen(many);
  assert.deepEqual(first.map(({ name }) => name), many.slice(-MAX_LINES).map(({ name }) => name));
  const later = many.map((one, at) => (at === 0 ? line('r0', [1_000]) : one));
  assert.deepEqual(chosen(later, first.map(({ name }) => name)).map(({ name }) => name), first.map(({ name }) => name));
});

test('new values feed a chart, another set of lines makes it anew', () => {
  assert.equal(shapeOf([line('eu', [1])]), shapeOf([line('eu', [2, 3])]));
  assert.notEqual(shapeOf([line('eu'), line('us')]), shapeOf([line('us'), line('eu')]));
});

test('the last value is the last that there is', () => {
  assert.deepEqual([lastOf([1, 2, null]), lastOf([null]), lastOf([])], [2, null, null]);
});

test('a single time has room around it', () => {
  assert.deepEqual([span(5, 5), span(5, 8), span(null, null)], [[-25, 35], [5, 8], [0, 1]]);
});

test('zooming in halves the time around the cursor, zooming out ends at all of it', () => {
  assert.deepEqual(zoomed([0, 100], [0, 100], 50, 0.5), [25, 75]);
  assert.deepEqual(zoomed([25, 75], [0, 100], 25, 0.5), [25, 50]);
  assert.equal(zoomed([25, 75], [0, 100], 50, 2), null);
});

test('what cannot be compared has a chart of its own, by the axes that the server gives, else by unit', () => {
  const [errors, p99, rate] = [{ ...line('errors'), axis: 0 }, { ...line('p99'), unit: 'ms' as const, axis: 1 }, { ...line('rate'), axis: 0 }];
  assert.deepEqual(panels([errors, p99, rate]).map((lines) => lines.map(({ name }) => name)), [['errors', 'rate'], ['p99']]);
  const [count, time] = [line('count'), { ...line('time'), unit: 'ms' as const }];
  assert.equal(panels([count, time, line('other')]).length, 2);
});

test('a colour is the one that the server gives, whatever the place', () => {
  assert.deepEqual([colorOf({ ...line('eu'), color: 7 }, 0), colorOf(line('eu'), 3), colorOf({ ...line('eu'), color: 99 }, 0)], [7, 3, 99 % MAX_LINES]);
});

test('whole events have whole marks', () => {
  assert.deepEqual([isWhole(line('n', [1, null, 3])), isWhole(line('n', [1, 0.5])), isWhole({ ...line('d', [1, 2]), unit: 'ms' })], [true, false, false]);
});
