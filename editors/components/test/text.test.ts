import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clock, counted, exact, rough, shown, shownLines } from '../src/text.ts';

for (const [what, given, seen] of [
  ['a text', 'eu-west-1', 'eu-west-1'],
  ['HTML stays text', '<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
  ['an ANSI sequence', '\u001b[31mred\u001b[0m', '·[31mred·[0m'],
  ['right-to-left marks', 'user\u202etxt.exe\u2066\u200b', 'user·txt.exe··'],
  ['lines become one', 'a\nb\tc', 'a·b·c'],
  ['half a character', 'a\ud83d', 'a·'],
] as const) {
  test(`made visible: ${what}`, () => assert.equal(shown(given), seen));
}

test('a megabyte is cut with a mark, and within no character', () => {
  assert.equal(shown('x'.repeat(1 << 20)), `${'x'.repeat(2_000)}…`);
  assert.equal(shown(`abc${'😀'.repeat(5)}`, 4), 'abc…');
});

test('lines stay lines where there is room for them', () => {
  assert.equal(shownLines('a\r\nb\n\u001bc'), 'a\nb\n·c');
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
  [90_000, 'ms', '1.5 m'],
] as const) {
  test(`on an axis ${value} ${unit ?? ''} is ${text}`, () => assert.equal(rough(value, unit), text));
}

// As the server's `value.rs` writes them.
for (const [value, unit, text] of [
  [0, null, '0'],
  [0.12345, null, '0.1235'],
  [99.53333, null, '99.53'],
  [12_345.678, null, '12,346'],
  [-0.001, null, '-0.001'],
  [1e-9, null, '1.000e-9'],
  [0, 'ms', '0 s'],
  [0.0015, 'ms', '1.5 µs'],
  [12.345, 'ms', '12.3 ms'],
  [1_240, 'ms', '1.24 s'],
  [245_000, 'ms', '4 m 05 s'],
  [7_380_000, 'ms', '2 h 03 m'],
  [-273_600_000, 'ms', '-3 d 04 h'],
] as const) {
  test(`alone ${value} ${unit ?? ''} is ${text}`, () => assert.equal(exact(value, unit), text));
}

test('one is one, and more are many', () => {
  assert.deepEqual([counted(1, 'row'), counted(1_200, 'row')], ['1 row', '1,200 rows']);
});

test('no time is no text', () => assert.equal(clock(NaN), ''));
