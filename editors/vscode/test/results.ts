// One block's results, for tests to vary.

import type { BlockResults } from '../src/protocol.ts';

export function results(changes: Partial<BlockResults> = {}): BlockResults {
  return {
    uri: 'file:///runbook.md',
    block: 'slow',
    flow: 'f-1',
    state: 'running',
    stale: false,
    summary: '▶ read 2,100',
    range: { start: { line: 3, character: 0 }, end: { line: 6, character: 3 } },
    lines: [
      { line: 4, text: '2,100/s' },
      { line: 5, text: '12/s ▁▂▄', severity: 'warning' },
    ],
    view: ['region  count'],
    table: null,
    notices: [],
    at: '2026-01-01T00:00:00Z',
    ...changes,
  };
}
