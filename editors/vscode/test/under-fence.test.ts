import assert from 'node:assert/strict';
import { test } from 'node:test';

import { underFence } from '../src/under-fence.ts';
import { results } from './results.ts';

const own = () => '<pre>code</pre>';
const fence = (info: string, line = 4) => [{ info, map: [line, line + 3] as [number, number] }];
const env = { currentDocument: 'file:///runbook.md' };

test('results come under the block that they are of, as data', () => {
  const rule = underFence(own, (document, line) => (document === env.currentDocument && line === 4 ? results() : undefined));
  const html = rule(fence('headwater name=slow'), 0, {}, env, {});
  const data = /data-results="([^"]*)"/.exec(html)?.[1] ?? '';
  const decoded = data.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  assert.ok(html.startsWith('<pre>code</pre><div class="headwater-results"'), html);
  assert.deepEqual(JSON.parse(decoded), results());
});

test('a block that does not run has a place that says so; other fences have nothing', () => {
  const rule = underFence(own, () => undefined);
  assert.match(rule(fence('headwater'), 0, {}, env, {}), /class="headwater-results headwater-idle">Not run here yet/);
  for (const info of ['', 'sql', 'headwaters', 'headwater-test']) {
    assert.equal(rule(fence(info), 0, {}, env, {}), '<pre>code</pre>', info);
  }
});

test('data cannot leave the attribute or become HTML', () => {
  const hostile = `"><script>alert(1)</script>'\u001b[2J`;
  const table = { columns: [{ name: hostile, type: 'string' }], rows: [[hostile]], provisional: [], total: 1 };
  const html = underFence(own, () => results({ summary: hostile, table }))(fence('headwater'), 0, {}, env, {});
  assert.doesNotMatch(html, /<script|[\u001b]/);
  assert.equal(html.match(/"/g)?.length, 6);
});

test('only the last rows are put into the page', () => {
  const rows = Array.from({ length: 400 }, (_, index) => [String(index)]);
  const table = { columns: [{ name: 'n', type: 'long' }], rows, provisional: rows.map(() => false), total: 400 };
  const html = underFence(own, () => results({ table }))(fence('headwater'), 0, {}, env, {});
  assert.ok(html.includes('399') && !html.includes('[&#34;349&#34;]'), html.slice(0, 400));
});
