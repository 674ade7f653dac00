// A runbook with a block of every shape, as the server would say it. Fixed: every test and picture sees the same.

import type { BlockResults, Figure, Param, Runbook, RunbookBlock, Series, Table } from '../src/protocol.ts';

export const URI = 'file:///runbooks/checkout-latency.md';
/** 14:03:20 in UTC. */
export const START = Date.UTC(2026, 2, 1, 14, 3, 20);

export function results(changes: Partial<BlockResults> = {}): BlockResults {
  return {
    uri: URI,
    block: 'latency',
    title: 'Is it one region?',
    flow: 'f-1',
    state: 'running',
    stale: false,
    live: true,
    source: 'spans\n| where service.name == service\n| summarize p99 = percentile(duration, 99) by cloud.region, bin(timestamp, 5s)\n| render timechart',
    summary: '▶ read 48,120 · matched 2,013 · 2.1 k/s · 40 ms behind',
    range: { start: { line: 10, character: 0 }, end: { line: 15, character: 3 } },
    lines: [],
    view: [],
    stats: { received: 48_120, matched: 2_013, filtered: 46_107, late: 0, dropped: 0, inFlight: 0, rate: 2_100, lagMs: 40 },
    notices: [],
    at: '2026-03-01T14:05:20Z',
    ...changes,
  };
}

/** A wave that a line follows, of its own for each. */
const wave = (line: number, at: number) => 1 + Math.sin(at / 3 + line) * 0.4 + Math.sin(at * 1.7 + line * 2) * 0.15;

export function series(lines = 3, points = 24, open = 2): Series {
  const names = ['eu-west-1', 'us-east-1', 'ap-southeast-2'];
  return {
    x: Array.from({ length: points }, (_, at) => START + at * 5_000),
    series: Array.from({ length: lines }, (_, line) => ({
      name: names[line] ?? `region-${line}`,
      unit: 'ms' as const,
      values: Array.from({ length: points }, (_, at) => {
        const slow = line === 0 && at > points / 2 ? 2.8 : 1;
        return line === 2 && at === 7 ? null : Math.round(3_100 * wave(line, at) * slow) / 10;
      }),
    })),
    provisionalFrom: points - open,
  };
}

const ROUTES = ['/orders', '/cart', '/checkout/confirm', '/products/{id}'];

export function table(rows = 400, open = 2): Table {
  return {
    columns: [
      { name: 'timestamp', type: 'datetime' },
      { name: 'customer.id', type: 'string' },
      { name: 'http.route', type: 'string' },
      { name: 'http.response.status_code', type: 'long' },
      { name: 'requests', type: 'long' },
      { name: 'duration', type: 'timespan' },
    ],
    rows: Array.from({ length: rows }, (_, at) => [
      `14:${String(3 + Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}.120`,
      `c-${1_000 + ((at * 37) % 300)}`,
      ROUTES[at % ROUTES.length] ?? null,
      at % 11 === 0 ? '503' : '200',
      (900 + ((at * 7_919) % 20_000)).toLocaleString('en-US'),
      at % 5 === 0 ? null : at % 7 === 0 ? '1.24 s' : `${100 + (at % 90)} ms`,
    ]),
    provisional: Array.from({ length: rows }, (_, at) => at >= rows - open),
    total: rows * 3,
  };
}

export function log(rows = 300): { table: Table; figure: Figure } {
  const severities = ['INFO', 'INFO', 'DEBUG', 'WARN', 'INFO', 'ERROR', 'INFO', 'FATAL'];
  const messages = ['payment authorised', 'order placed', 'cache lookup took long', 'retrying the payment provider', 'session refreshed', 'payment provider answered 503', 'stock reserved', 'connection pool exhausted'];
  return {
    figure: { kind: 'log', time: 0, severity: 1, message: 2 },
    table: {
      columns: [
        { name: 'timestamp', type: 'datetime' },
        { name: 'severity_text', type: 'string' },
        { name: 'body', type: 'string' },
        { name: 'service.name', type: 'string' },
        { name: 'trace_id', type: 'string' },
        { name: 'attributes', type: 'dynamic' },
      ],
      rows: Array.from({ length: rows }, (_, at) => [
        `14:04:${String(at % 60).padStart(2, '0')}.${String((at * 17) % 1_000).padStart(3, '0')}`,
        severities[at % 8] ?? null,
        `${messages[at % 8]} for c-${1_000 + (at % 300)}`,
        at % 3 === 0 ? 'payment' : 'checkout',
        (at * 2_654_435_761).toString(16).padStart(16, '0').slice(0, 16),
        `{"attempt":${at % 4},"amount":${(at * 13) % 500}}`,
      ]),
      provisional: Array.from({ length: rows }, () => false),
      total: rows,
    },
  };
}

export const FIGURES = {
  bars: {
    kind: 'bars',
    labels: ['/orders', '/cart', '/checkout/confirm', '/products/{id}', '/login', '/search'],
    series: [{ name: 'requests', unit: null, values: [48_120, 22_400, 9_350, 41_000, 3_020, null] }],
    provisional: [false, false, false, false, true, true],
  },
  columns: {
    kind: 'columns',
    labels: ['eu-west-1', 'us-east-1', 'ap-southeast-2', 'eu-north-1'],
    series: [
      { name: 'p50', unit: 'ms', values: [151, 148, 146, 160] },
      { name: 'p99', unit: 'ms', values: [1_300, 317, 317, 402] },
    ],
    provisional: [false, false, false, true],
  },
  pie: {
    kind: 'pie',
    labels: ['card', 'invoice', 'paypal', 'voucher'],
    series: [{ name: 'orders', unit: null, values: [520, 210, 160, 14] }],
    provisional: [false, false, false, false],
  },
  card: {
    kind: 'card',
    cards: [
      { name: 'errors', text: '214', value: 214, unit: null, before: 96, trend: [40, 52, 48, 61, 90, 96, 130, 214] },
      { name: 'p99', text: '1.3 s', value: 1_300, unit: 'ms', before: 1_510, trend: [900, 1_000, null, 1_400, 1_510, 1_300] },
      { name: 'requests', text: '48,120', value: 48_120, unit: null, before: null, trend: [] },
    ],
  },
  heatmap: {
    kind: 'heatmap',
    x: Array.from({ length: 40 }, (_, at) => START + at * 5_000),
    y: ['< 10 ms', '10 ms', '25 ms', '63 ms', '160 ms', '400 ms', '1 s', '2.5 s'],
    counts: Array.from({ length: 8 }, (_, row) =>
      Array.from({ length: 40 }, (_, at) => Math.max(0, Math.round(300 * Math.exp(-((row - 3.2 - (at > 22 ? 2 : 0)) ** 2) / 1.6) * wave(row, at) - 4))),
    ),
    provisionalFrom: 38,
  },
  histogram: {
    kind: 'histogram',
    name: 'duration',
    unit: 'ms',
    edges: [0, 50, 100, 150, 200, 250, 300, 350, 400, 450, 500],
    counts: [12, 240, 1_210, 980, 420, 210, 96, 44, 20, 9],
  },
} satisfies Record<string, Figure>;

export const PARAMS: Param[] = [
  { name: 'service', type: 'string', default: 'checkout', value: 'payment', set: true, doc: 'The service that is slow.', choices: ['checkout', 'payment', 'cart'] },
  { name: 'slow', type: 'timespan', default: '1s', value: '1s', set: false, doc: 'From when on a request is slow.', choices: [] },
  { name: 'failed_only', type: 'bool', default: 'false', value: 'true', set: true, doc: null, choices: [] },
  { name: 'customer', type: 'string', default: null, value: null, set: false, doc: 'One customer to follow.', choices: [] },
];

/** Counts and times, over midnight; some rows never came. */
export function incomplete(): BlockResults {
  const midnight = Date.UTC(2026, 2, 2);
  const x = Array.from({ length: 40 }, (_, at) => midnight + (at - 22) * 60_000);
  const missing = (at: number) => at >= 12 && at <= 17;
  const values = (of: (at: number) => number) => x.map((_, at) => (missing(at) ? null : of(at)));
  return results({
    block: 'incomplete', title: 'How often, and how slow?', shape: 'chart', summary: '● 2.1 k/s · 48,120 read · 2,013 matched · 412 rows missing',
    series: {
      x,
      series: [
        { name: 'errors', unit: null, axis: 0, color: 3, values: values((at) => (at % 7 === 3 ? 0 : (at * 5) % 4)) },
        { name: 'p99', unit: 'ms', axis: 1, color: 0, values: values((at) => 300 * wave(0, at)) },
      ],
      provisionalFrom: 39,
      cut: true,
    },
    gaps: [{ rows: 412, times: [x[12] ?? 0, x[17] ?? 0], before: 30 }],
    notices: [{ severity: 'warning', message: '412 rows never came here, since they were more than could be taken in; the places are marked. Run the block again to see all of it', line: null }],
    table: table(60),
  });
}

/** Every shape once. */
export const BLOCKS: BlockResults[] = [
  results({ series: series(), table: table(60), shape: 'chart' }),
  incomplete(),
  results({ block: 'right-now', title: 'Right now', shape: 'card', figure: FIGURES.card }),
  results({ block: 'slowest', title: 'Who is hit?', shape: 'table', table: table(), gaps: [{ rows: 12, before: 3 }], state: 'finished', summary: '✓ read 48,120 · matched 400' }),
  results({ block: 'spread', title: 'How is it spread?', shape: 'heatmap', figure: { ...FIGURES.heatmap, counts: FIGURES.heatmap.counts.map((row) => row.map((count, at) => (at >= 8 && at <= 11 ? 0 : count))), gaps: [[START + 40_000, START + 55_000]] } }),
  results({ block: 'durations', title: 'All durations', shape: 'histogram', figure: FIGURES.histogram }),
  results({ block: 'by-route', title: 'By route', shape: 'bars', figure: FIGURES.bars, stale: true }),
  results({ block: 'by-region', title: 'By region', shape: 'columns', figure: FIGURES.columns }),
  results({ block: 'by-payment', title: 'How do they pay?', shape: 'pie', figure: FIGURES.pie }),
  results({ block: 'said', title: 'What do the logs say?', shape: 'log', ...log(), gaps: [{ rows: 40, before: 298 }] }),
  results({
    block: 'silent', title: 'Did anything fail?', shape: 'table', summary: '▶ read 48,120 · matched 0',
    empty: { reason: 'no-value', message: '`service.name` is never "chekout"', help: 'it is "checkout" in 1,204 events', line: 12 },
    notices: [{ severity: 'warning', message: '3 dropped: not JSON, e.g. `{"a":`', line: null }],
  }),
  results({ block: 'broken', title: 'Broken', state: 'failed', summary: '✗ the runner has ended', notices: [{ severity: 'error', message: 'the runner has ended: out of memory', line: 3 }] }),
];

export function runbook(blocks: BlockResults[] = BLOCKS, changes: Partial<Runbook> = {}): Runbook {
  const known = blocks.map<RunbookBlock>(({ block, title, state }, at) => ({ block, title: title ?? null, line: at * 10, end: at * 10 + 5, runnable: true, state }));
  const idle: RunbookBlock = { block: 'later', title: 'Not run yet', line: 900, end: 905, runnable: true, state: 'idle' };
  return { uri: URI, title: 'Checkout latency by region', live: true, params: PARAMS, blocks: [...known, idle], ...changes };
}
