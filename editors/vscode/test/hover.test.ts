import assert from 'node:assert/strict';
import { test } from 'node:test';

import { escape, hoverText } from '../src/hover.ts';
import { results } from './results.ts';

const columns = [
  { name: 'cloud.region', type: 'string' },
  { name: 'count_', type: 'long' },
];

test('rows become a table, those of open windows slanted, numbers to the right', () => {
  const table = { columns, rows: [['eu', '12'], ['us', null]], provisional: [false, true], total: 2 };
  assert.equal(
    hoverText(results({ summary: 'read 7', table })),
    ['**slow** · read 7', '', '| cloud&#46;region | count&#95; |', '| :-- | --: |', '| eu | 12 |', '| *us* |  |'].join('\n'),
  );
});

test('only the last rows are shown, and how many there are', () => {
  const rows = Array.from({ length: 30 }, (_, index) => [`r${index}`, '1']);
  const text = hoverText(results({ table: { columns, rows, provisional: [], total: 4000 } }));
  assert.ok(text.includes('| r29 |') && text.includes('| r18 |') && !text.includes('| r17 |'), text);
  assert.ok(text.endsWith('the last 12 of 4000 rows'), text);
});

test('data cannot become Markdown, HTML, a link, an icon or an entity', () => {
  const hostile = '[x](command:evil) <img src=x> `a` **b** $(gear) &lt; | https://a.b \u001b[2J';
  const escaped = escape(hostile);
  assert.doesNotMatch(escaped.replaceAll(/&#\d+;/g, ''), /[[\]()<>`*$&|:.\u001b]/);
  const decoded = escaped.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  assert.equal(decoded, hostile.replace('\u001b', '·'));
});

test('a picture is shown as it is, whatever backticks are in it', () => {
  assert.ok(hoverText(results({ view: ['a ``` b', '⣿'] })).endsWith('````text\na ``` b\n⣿\n````'));
});

test('notices and staleness are said', () => {
  const text = hoverText(results({ stale: true, notices: [{ severity: 'warning', message: 'lost 5' }] }));
  assert.ok(text.includes('*warning*: lost 5') && text.includes('has changed since'), text);
});
