// What the language server says of a runbook and its blocks: the payloads of `headwater/runbook` and
// `headwater/blockResults`, kept in step with the server's views. It holds no wording of ours.

export interface Position {
  line: number;
  character: number;
}

export type State = 'starting' | 'running' | 'finished' | 'stopped' | 'failed';

export interface BlockResults {
  uri: string;
  block: string;
  /** The nearest heading above the block. */
  title?: string | null;
  flow: string;
  state: State;
  /** The block's text has changed since it was run. */
  stale: boolean;
  /** It is not in the text any more: nothing of it is drawn there. */
  gone?: boolean;
  /** It would run again by itself. */
  live?: boolean;
  /** The block's text as it was run. */
  source?: string;
  /** One line for the closing fence. */
  summary: string;
  /** Where the block stands now, fence to fence. */
  range: { start: Position; end: Position };
  /** A short result at each stage's own line. */
  lines: StageLine[];
  /** As what the result is drawn: a chart comes as `series`, a table as `table`, all others as `figure`. */
  shape?: 'chart' | 'bars' | 'columns' | 'pie' | 'heatmap' | 'histogram' | 'card' | 'log' | 'table';
  /** The tall picture as text: table, bars or chart. */
  view: string[];
  table?: Table | null;
  series?: Series | null;
  figure?: Figure | null;
  /** Where rows are missing. */
  gaps?: Gap[];
  stats?: Stats;
  notices: Notice[];
  /** Why there is nothing to show. */
  empty?: Empty | null;
  /** RFC 3339. */
  at: string;
}

/** Rows that never came. */
export interface Gap {
  rows: number;
  /** The first and the last time that they have, in milliseconds since 1970. */
  times?: [number, number];
  /** The row of the table before which they would stand. */
  before?: number;
}

export interface StageLine {
  line: number;
  text: string;
  severity?: Severity | null;
}

export type Severity = 'hint' | 'warning' | 'error';

export interface Table {
  columns: { name: string; type: string }[];
  rows: (string | null)[][];
  /** Which rows may still change. */
  provisional: boolean[];
  /** Rows found so far, of which `rows` are the last. */
  total: number;
}

/** With the unit `ms`, values are timespans in milliseconds. */
export type Unit = 'ms' | null;

export interface NamedValues {
  name: string;
  unit?: Unit;
  values: (number | null)[];
  /** Lines of one axis can be compared by their height; each has a chart of its own. */
  axis?: number;
  /** Which of the colours, whatever the client. */
  color?: number;
}

export interface Series {
  /** Milliseconds since 1970. */
  x: number[];
  series: NamedValues[];
  /** Index into `x` from which values may still change. */
  provisionalFrom: number;
  /** There were earlier times, which are not drawn. */
  cut?: boolean;
}

/** The picture as data, one value a label. */
export interface Bars {
  kind: 'bars' | 'columns' | 'pie';
  labels: string[];
  series: NamedValues[];
  /** By label. */
  provisional: boolean[];
}

export interface Cards {
  kind: 'card';
  /** `text` is the value as the server words it, `before` that of the window before. */
  cards: { name: string; text: string; value: number | null; unit?: Unit; before: number | null; trend: (number | null)[] }[];
}

export interface Heatmap {
  kind: 'heatmap';
  /** Where columns begin, in milliseconds since 1970. */
  x: number[];
  /** From low to high. */
  y: string[];
  /** By row, then by column: how many events, or what else was asked for. */
  counts: number[][];
  unit?: Unit;
  provisionalFrom: number;
  /** From the first to the last time of which rows are missing, each. */
  gaps?: [number, number][];
}

export interface Histogram {
  kind: 'histogram';
  name: string;
  unit?: Unit;
  /** One more than there are counts. */
  edges: number[];
  counts: number[];
}

/** Columns of `table`. */
export interface Log {
  kind: 'log';
  time: number | null;
  severity: number | null;
  message: number | null;
}

export type Figure = Bars | Cards | Heatmap | Histogram | Log;

export interface Stats {
  received: number;
  matched: number;
  filtered: number;
  late: number;
  dropped: number;
  inFlight: number;
  rate: number;
  lagMs: number;
}

export interface Notice {
  severity: string;
  message: string;
  line?: number | null;
}

export interface Empty {
  reason: string;
  message: string;
  help?: string | null;
  line?: number | null;
}

/** All of a runbook but its results. */
export interface Runbook {
  uri: string;
  title: string | null;
  live: boolean;
  /** In which the server says times: a name of the IANA, or `local`. */
  zone?: string;
  params: Param[];
  blocks: RunbookBlock[];
}

export interface Param {
  name: string;
  type: string;
  default: string | null;
  value: string | null;
  /** Set for this session. */
  set: boolean;
  doc: string | null;
  /** Values that fit; any where there are none. */
  choices: string[];
}

export interface RunbookBlock {
  block: string;
  title: string | null;
  /** The opening fence. */
  line: number;
  /** The closing fence. */
  end: number;
  runnable: boolean;
  state: 'idle' | State;
}

/** How events that pass a filter differ from those that do not. */
export interface Difference {
  kind: 'difference';
  filter: string;
  rows: number;
  restRows: number;
  nothing?: string;
  /** The largest first. */
  found: { field: string; score: number; what: string; these: string; rest: string; shares?: [number, number]; value?: string }[];
  /** Of the filter. */
  position?: Position;
}

/** How a block runs. */
export interface Plan {
  kind: 'plan';
  block: string;
  before: string;
  after: string;
  changes: string[];
  sharedWith: string[];
  shared?: { condition: string; flows: string[] } | null;
}

export type Said = Difference | Plan;

export const RESULTS = 'headwater/blockResults';
export const RUNBOOK = 'headwater/runbook';

/** Each takes one object with the runbook's `uri`, and mostly a `block`. */
export const COMMANDS = {
  runBlock: 'headwater.runBlock',
  stopBlock: 'headwater.stopBlock',
  runAll: 'headwater.runAll',
  stopAll: 'headwater.stopAll',
  runAbove: 'headwater.runAbove',
  runBelow: 'headwater.runBelow',
  explainBlock: 'headwater.explainBlock',
  explainCode: 'headwater.explainCode',
  runToHere: 'headwater.runToHere',
  different: 'headwater.different',
  /** `{field, value}`. */
  follow: 'headwater.follow',
  /** `{field, value | null, except?}`: only these, or all but these. */
  filter: 'headwater.filter',
  pin: 'headwater.pin',
  /** `{field, value | null}`. */
  setParam: 'headwater.setParam',
  /** `{columns}`: the room that `view` has. */
  setRoom: 'headwater.setRoom',
  /** `{zone}`: `UTC`, `local`, or a name of the IANA. */
  setZone: 'headwater.setZone',
  /** `{live}`. */
  setLive: 'headwater.setLive',
} as const;

export function isLive({ state }: { state: string }): boolean {
  return state === 'starting' || state === 'running';
}

/** True for an answer that can be drawn. */
export function isSaid(answer: unknown): answer is Said {
  return typeof answer === 'object' && answer !== null && 'kind' in answer && (answer.kind === 'difference' || answer.kind === 'plan');
}
