import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chosenPast } from '../src/past.ts';

test('charts show all of the past, the last minutes of it, or what is since', () => {
  assert.deepEqual(
    [chosenPast([0, 1_000], { kind: 'all' }), chosenPast([0, 1_000], { kind: 'last', seconds: 300 }), chosenPast([0, 1_000], { kind: 'since', seconds: 400 }), chosenPast([0, 1_000], { kind: 'since', seconds: 2_000 })],
    [[0, 1_000], [700, 1_000], [400, 1_000], [0, 1_000]],
  );
});
