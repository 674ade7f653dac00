import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { clock, inZone, instant, isUtc, marks, moment, setZone, zoneName } from '../src/zone.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const HOUR = 3_600_000;

afterEach(() => setZone({ zone: 'local' }));

test('times are said in the zone of the page', () => {
  assert.equal(setZone({ zone: 'UTC' }), true);
  assert.deepEqual([clock(NOON), zoneName(), isUtc()], ['12:00:00', 'UTC', true]);
  assert.equal(setZone({ zone: 'UTC' }), false);
  setZone({ zone: 'Asia/Kolkata' });
  assert.deepEqual([clock(NOON), inZone(NOON).getHours(), inZone(NOON).getMinutes(), isUtc()], ['17:30:00', 17, 30, false]);
  assert.equal(setZone({ zone: 'Nowhere/Land' }), true);
  assert.equal(zoneName(), Intl.DateTimeFormat().resolvedOptions().timeZone);
});

test('the marks of an axis say the day where it changes, and where it is not today', () => {
  setZone({ zone: 'UTC' });
  const hours = (from: number, step: number) => [0, 1, 2, 3].map((at) => NOON + (from + at * step) * HOUR);
  assert.deepEqual(marks(hours(0, 1), NOON), ['12:00', '13:00', '14:00', '15:00']);
  assert.deepEqual(marks(hours(9, 1.5), NOON), ['21:00', '22:30', '00:00\n2 Mar', '01:30']);
  assert.deepEqual(marks(hours(-26, 1), NOON), ['10:00\n28 Feb', '11:00', '12:00', '13:00']);
  assert.deepEqual(marks(hours(0, 24), NOON), ['1 Mar', '2 Mar', '3 Mar', '4 Mar']);
  assert.deepEqual(marks([NOON, NOON + 10_000], NOON), ['12:00:00', '12:00:10'].map((text, at) => (at === 0 ? '12:00:00' : text)));
  assert.deepEqual(marks([Date.UTC(2025, 11, 31, 23)], NOON), ['23:00:00\n31 Dec 2025']);
});

test('a moment has its day where that is not today', () => {
  setZone({ zone: 'UTC' });
  assert.deepEqual([moment(NOON, NOON), moment(NOON - 24 * HOUR, NOON), moment(NaN)], ['12:00:00', '28 Feb, 12:00:00', ', ']);
});

test('a wall clock of the zone is an instant, also where clocks are put forward', () => {
  setZone({ zone: 'UTC' });
  assert.equal(instant('2026-03-01T12:00'), NOON);
  setZone({ zone: 'Europe/Berlin' });
  assert.deepEqual([instant('2026-03-01T13:00'), instant('2026-03-29T03:00:00'), instant('soon')], [NOON, Date.UTC(2026, 2, 29, 1), null]);
});
