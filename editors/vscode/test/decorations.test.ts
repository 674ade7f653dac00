import assert from 'node:assert/strict';
import { test } from 'node:test';

import { printable } from '../../components/src/text.ts';
import { decorations, moveLine, place } from '../src/decorations.ts';
import { results } from './results.ts';

const here = (from = results()) => place(from);

test('a short result at each stage and the summary at the fence', () => {
  assert.deepEqual(decorations(results(), here()), [
    { line: 4, text: '2,100/s', color: 'headwater.result', italic: false },
    { line: 5, text: '12/s ▁▂▄', color: 'editorWarning.foreground', italic: false },
    { line: 6, text: '▶ read 2,100', color: 'headwater.running', italic: false },
  ]);
});

test('colours tell the state', () => {
  const summary = (changes: object) => decorations(results(changes), here()).at(-1);
  assert.equal(summary({ state: 'starting' })?.color, 'headwater.running');
  assert.equal(summary({ state: 'finished' })?.color, 'headwater.finished');
  assert.equal(summary({ state: 'stopped' })?.color, 'headwater.finished');
  assert.equal(summary({ state: 'failed', stale: true })?.color, 'editorError.foreground');
});

test('what is stale is dim and slanted throughout', () => {
  for (const { color, italic } of decorations(results({ stale: true }), here())) {
    assert.deepEqual({ color, italic }, { color: 'headwater.stale', italic: true });
  }
});

test('nothing is drawn for an empty text', () => {
  assert.deepEqual(decorations(results({ summary: '', lines: [{ line: 4, text: '' }] }), here()), []);
});

test('control, bidirectional and zero-width characters are made visible', () => {
  assert.equal(printable('a\u001b[31m\n\u202eb\u200b\u0085ü▁⣿'), 'a·[31m··b··ü▁⣿');
});

test('marks stay where edits moved them until the server names another place', () => {
  const first = results();
  const moved = { results: first, places: { open: 5, fence: 8, stages: [6, 7] } };
  assert.deepEqual(place(results({ summary: 'later' }), moved), moved.places);

  const newer = results({
    range: { start: { line: 5, character: 0 }, end: { line: 8, character: 3 } },
    lines: [{ line: 6, text: '' }, { line: 7, text: '' }],
  });
  assert.deepEqual(place(newer, moved), { open: 5, fence: 8, stages: [6, 7] });
});

const edit = (from: [number, number], to: [number, number], text: string) => ({
  start: { line: from[0], character: from[1] },
  end: { line: to[0], character: to[1] },
  text,
});

for (const [what, line, change, expected] of [
  ['a line added above', 5, edit([2, 0], [2, 0], 'new\n'), 6],
  ['a line added right above', 5, edit([5, 0], [5, 0], 'new\n'), 6],
  ['a line broken above', 5, edit([4, 3], [4, 3], '\n'), 6],
  ['a line removed above', 5, edit([2, 0], [3, 0], ''), 4],
  ['a letter in the line itself', 5, edit([5, 0], [5, 0], 'x'), 5],
  ['a letter further in the line', 5, edit([5, 3], [5, 4], ''), 5],
  ['a line added below', 5, edit([6, 0], [6, 0], 'new\n'), 5],
  ['the line broken at its end', 5, edit([5, 9], [5, 9], '\n'), 5],
  ['the line removed', 5, edit([4, 3], [5, 8], ''), 4],
] as const) {
  test(`${what} moves line ${line} to ${expected}`, () => {
    assert.equal(moveLine(line, change), expected);
  });
}
