// What the server says of a running block: the payload of `headwater/blockResults`.
// Kept in step with the server's `BlockView`; it holds no wording of ours.

export interface Position {
  line: number;
  character: number;
}

export interface BlockResults {
  uri: string;
  block: string;
  flow: string;
  state: 'starting' | 'running' | 'finished' | 'stopped' | 'failed';
  /** The block's text has changed since it was run. */
  stale: boolean;
  /** One line for the closing fence. */
  summary: string;
  /** Where the block stands now, fence to fence. */
  range: { start: Position; end: Position };
  /** A short result at each stage's own line. */
  lines: StageLine[];
  /** As what the result is drawn: `chart` and `table` come as `series` and `table` too, all others as `view`. */
  shape?: 'chart' | 'bars' | 'columns' | 'pie' | 'heatmap' | 'histogram' | 'card' | 'log' | 'table';
  /** The tall picture as text: table, bars or chart. */
  view: string[];
  table?: Table | null;
  series?: Series | null;
  notices: Notice[];
  /** RFC 3339. */
  at: string;
}

export interface StageLine {
  line: number;
  text: string;
  severity?: 'hint' | 'warning' | 'error' | null;
}

export interface Table {
  columns: { name: string; type: string }[];
  rows: (string | null)[][];
  /** Which rows may still change. */
  provisional: boolean[];
  /** Rows found so far, of which `rows` are the last. */
  total: number;
}

export interface Series {
  /** Milliseconds since 1970. */
  x: number[];
  /** With the unit `ms`, values are timespans in milliseconds. */
  series: { name: string; unit?: 'ms' | null; values: (number | null)[] }[];
  /** Index into `x` from which values may still change. */
  provisionalFrom: number;
}

export interface Notice {
  severity: string;
  message: string;
  line?: number | null;
}

export const RESULTS = 'headwater/blockResults';

export const EXPLAIN_SCHEME = 'headwater-explain';

/** Where the page about a finding's code is; the server puts the code in. */
export const CODE_LINKS = `${EXPLAIN_SCHEME}:/codes/{code}.md`;

export const COMMANDS = {
  runBlock: 'headwater.runBlock',
  stopBlock: 'headwater.stopBlock',
  runAll: 'headwater.runAll',
  stopAll: 'headwater.stopAll',
  explainBlock: 'headwater.explainBlock',
  runToHere: 'headwater.runToHere',
  different: 'headwater.different',
  follow: 'headwater.follow',
  explainCode: 'headwater.explainCode',
} as const;

export function isLive(results: BlockResults): boolean {
  return results.state === 'starting' || results.state === 'running';
}
