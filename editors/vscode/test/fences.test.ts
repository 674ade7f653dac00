import assert from 'node:assert/strict';
import { test } from 'node:test';

import { inBlock } from '../src/fences.ts';

/** The lines that are within a block of ours are marked so. */
const TEXT = `
  # A runbook
  \`\`\`headwater name=a
+ spans
+
  \`\`\`
  prose
  \`\`\`\`Headwater
+ \`\`\`
+ spans
  \`\`\`\`
  \`\`\`sql
  select 1
  \`\`\`headwater
  select 2
  \`\`\`
  ~~~headwater
+ spans
  ~~~
  > \`\`\`headwater
+ > spans
  > \`\`\`
  - \`\`\`headwater
+   spans | take 1
`;

test('a line knows whether it is within a block of ours', () => {
  const marked = TEXT.split('\n').slice(1, -1);
  const lines = marked.map((line) => line.slice(2));
  const found = lines.map((line, at) => `${inBlock((at) => lines[at] ?? '', at) ? '+' : ' '} ${line}`.trimEnd());
  assert.deepEqual(found, marked.map((line) => line.trimEnd()));
});
