import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ticks } from '../src/still/chart.ts';
import { escape, tag } from '../src/still/html.ts';
import { fileName, standalone } from '../src/still/page.ts';
import { BLOCKS, PARAMS, results } from './fixtures.ts';
import { HOSTILE, HOSTILE_RUNBOOK, SCRIPT } from './hostile.ts';

const AT = new Date('2026-03-01T14:05:20Z');

test('markup is made of text that is escaped', () => {
  assert.equal(tag('p', { title: SCRIPT, x: 1.26, none: null }, SCRIPT, [tag('b', {}, 'ok')]).text, `<p title="${escape(SCRIPT)}" x="1.3">${escape(SCRIPT)}<b>ok</b></p>`);
  assert.doesNotMatch(escape(SCRIPT), /[<>"]/);
});

test('a kept page has every picture, its time and its parameters, and nothing that acts', () => {
  const page = standalone('Checkout', PARAMS, BLOCKS, AT);
  assert.match(page, /As it was on 2026-03-01 14:05:20 UTC/);
  assert.match(page, /<b>slow<\/b> 1s \(default\)/);
  assert.equal(page.match(/<section>/g)?.length, BLOCKS.length);
  assert.equal(page.match(/<svg [^>]*role="img"/g)?.length, 6, 'charts, one of them in two, heatmap, histogram and columns');
  assert.equal(page.match(/<table class="bars">/g)?.length, 2, 'bars and shares');
  assert.match(page, /class="line dashed s1"/);
  assert.equal(page.match(/rows are missing here<\/title>/g)?.length, 2, 'in each of the charts');
  assert.match(page, /is not drawn\./);
  assert.match(page, /default-src &#39;none&#39;/);
  assert.doesNotMatch(page, /<script|<img|<link|url\(|https?:(?!\/\/www\.w3\.org\/(1999\/xhtml|2000\/svg)")/);
});

test('hostile data is kept as text, and cut', () => {
  const page = standalone(SCRIPT, HOSTILE_RUNBOOK.params, HOSTILE, AT);
  assert.doesNotMatch(page, /<script|<img|\u001b|\u202e/);
  assert.ok(page.length < 8 << 20);
  assert.doesNotMatch(page, / (x|y|d|r|cx|cy|x1|x2|y1|y2|width|height|style)="[^"]*(NaN|Infinity)/, 'no place on the page is no number');
});

test('a block without results says why', () => {
  assert.match(standalone('x', [], [results({ empty: { reason: 'silent', message: 'nothing has come' } })], AT), /nothing has come/);
});

test('ticks are round', () => {
  assert.deepEqual(ticks(0, 1_340, 4), [0, 500, 1_000]);
  assert.deepEqual([ticks(0, 0, 4), ticks(0, Infinity, 4), ticks(-10, 10, 4)], [[0], [0], [-10, -5, 0, 5, 10]]);
});

test('a page is called after its title', () => {
  assert.deepEqual(['Checkout latency, by région!', SCRIPT, '../..', ''].map(fileName), ['checkout-latency-by-région', 'img-src-x-onerror-window-hacked-1-script-window-hacked-1-scr', 'results', 'results']);
});
