import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Outbox } from '../src/outbox.ts';
import type { BlockResults } from '../src/protocol.ts';
import { results } from './results.ts';

/** Time that passes only when it is told to. */
class Hand {
  #now = 0;
  readonly #waiting = new Set<{ at: number; run: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const one = { at: this.#now + ms, run };
    this.#waiting.add(one);
    return () => this.#waiting.delete(one);
  }

  pass(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const next = [...this.#waiting].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) {
        break;
      }
      this.#now = Math.max(this.#now, next.at);
      this.#waiting.delete(next);
      next.run();
    }
    this.#now = until;
  }
}

function begin(...known: BlockResults[]) {
  const hand = new Hand();
  const sent: string[] = [];
  const outbox = new Outbox((some) => sent.push(some.map(({ block, summary }) => `${block} ${summary}`).join(', ')), hand);
  outbox.reset(known);
  const put = (block: string, summary: string, changes: Partial<BlockResults> = {}) => outbox.put(results({ block, summary, ...changes }));
  return { hand, sent, outbox, put };
}

test('what comes in one breath goes in one message', () => {
  const { hand, sent, put } = begin();
  put('a', '1');
  put('b', '1');
  hand.pass(10);
  assert.deepEqual(sent, ['a 1, b 1']);
});

test('a page that is still drawing is sent nothing, and then the newest alone', () => {
  const { hand, sent, outbox, put } = begin();
  put('a', '1');
  hand.pass(10);
  ['2', '3', '4'].forEach((summary) => {
    put('a', summary);
    hand.pass(100);
  });
  assert.deepEqual(sent, ['a 1']);
  outbox.drawn();
  hand.pass(10);
  assert.deepEqual(sent, ['a 1', 'a 4']);
});

test('a page that draws at once is not sent more than it can show', () => {
  const { hand, sent, outbox, put } = begin();
  for (let at = 0; at < 100; at += 1) {
    put('a', String(at));
    hand.pass(10);
    outbox.drawn();
  }
  assert.ok(sent.length <= 31, String(sent.length));
  assert.ok(sent.length >= 20, String(sent.length));
});

test('cards that are not seen come once a second, at once where their state changes, and when they are seen', () => {
  const { hand, sent, outbox, put } = begin(results({ block: 'a' }), results({ block: 'b' }));
  outbox.see(['a']);
  put('a', '1');
  put('b', '1');
  hand.pass(10);
  outbox.drawn();
  assert.deepEqual(sent, ['a 1']);
  put('b', '2', { state: 'failed' });
  hand.pass(100);
  outbox.drawn();
  put('b', '3', { state: 'failed' });
  hand.pass(2_000);
  outbox.drawn();
  assert.deepEqual(sent, ['a 1', 'b 2', 'b 3']);
  put('b', '4', { state: 'failed' });
  hand.pass(100);
  outbox.see(['b']);
  hand.pass(10);
  assert.deepEqual(sent.at(-1), 'b 4');
});

test('cards that are not seen never come all at once', () => {
  const blocks = ['a', 'b', 'c', 'd', 'e', 'f'];
  const { hand, sent, outbox, put } = begin(...blocks.map((block) => results({ block })));
  outbox.see(['seen']);
  blocks.forEach((block) => put(block, '1'));
  for (let at = 0; at < 60; at += 1) {
    put('seen', String(at));
    hand.pass(33);
    outbox.drawn();
  }
  const unseen = sent.map((message) => message.split(', ').filter((one) => !one.startsWith('seen')));
  assert.ok(unseen.every((some) => some.length <= 2), sent.join('\n'));
  assert.deepEqual(unseen.flat(), blocks.map((block) => `${block} 1`));
});

test('a new page waits for nothing that was sent to the one before', () => {
  const { hand, sent, outbox, put } = begin();
  put('a', '1');
  hand.pass(10);
  put('a', '2');
  outbox.reset();
  put('a', '3');
  hand.pass(40);
  assert.deepEqual(sent, ['a 1', 'a 3']);
});
