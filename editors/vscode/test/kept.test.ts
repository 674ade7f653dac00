import assert from 'node:assert/strict';
import { test } from 'node:test';

import { before, bounded } from '../panel/kept.ts';
import { results } from './results.ts';

test('what was shown before the window was opened anew runs no longer, and says so', () => {
  const [one, two] = before(bounded('file:///a.md', [results(), results({ block: 'b', state: 'finished' })]))?.results ?? [];
  assert.deepEqual([one?.state, two?.state], ['stopped', 'finished']);
  assert.match(one?.notices.at(-1)?.message ?? '', /before the window was opened anew/);
  assert.equal(one?.at, results().at);
});

test('what is kept has a bound, and what is no state of ours is nothing', () => {
  const large = results({ block: 'large', view: ['x'.repeat(3_000_000)] });
  assert.deepEqual(bounded('u', [large, results()]).results.map(({ block }) => block), []);
  assert.deepEqual(bounded('u', [results(), large]).results.map(({ block }) => block), ['slow']);
  assert.deepEqual([undefined, null, 3, {}, { uri: 'u' }, { uri: 'u', results: 3 }].map(before), Array(6).fill(undefined));
});
