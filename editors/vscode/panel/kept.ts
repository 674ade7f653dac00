// What the panel shows, kept for a window that is opened anew: the last results of each block, up to a size.

import type { BlockResults, Runbook } from '../src/protocol.ts';

export interface Kept {
  uri: string;
  results: BlockResults[];
}

/** Between two times that it is written down. */
const EVERY_MS = 2_000;

/** Characters of it; blocks beyond are not kept. */
const MOST = 2_000_000;

/** Said where results are of before. */
const OLD = 'This was shown before the window was opened anew. Press Run to ask again.';

export class Keeper {
  readonly #write: (kept: Kept) => void;
  readonly #results = new Map<string, BlockResults>();
  #uri = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(write: (kept: Kept) => void) {
    this.#write = write;
  }

  runbook({ uri, blocks }: Runbook): void {
    if (uri !== this.#uri) {
      this.#results.clear();
      this.#uri = uri;
    }
    const names = new Set(blocks.map(({ block }) => block));
    [...this.#results.keys()].filter((name) => !names.has(name)).forEach((name) => this.#results.delete(name));
    this.#soon();
  }

  put(results: BlockResults): void {
    this.#results.set(results.block, results);
    this.#soon();
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#write(bounded(this.#uri, [...this.#results.values()]));
    }, EVERY_MS);
  }
}

/** As many blocks as there is room for, in their order. */
export function bounded(uri: string, results: readonly BlockResults[]): Kept {
  let room = MOST;
  return { uri, results: results.filter((one) => (room -= JSON.stringify(one).length) >= 0) };
}

/** What was kept, as what it is now: nothing of it runs any longer, and each says when it was. */
export function before(state: unknown): Kept | undefined {
  if (typeof state !== 'object' || state === null || !('uri' in state) || !('results' in state) || !Array.isArray(state.results)) {
    return undefined;
  }
  const kept = state as Kept;
  const stood = (one: BlockResults): BlockResults => ({
    ...one,
    state: one.state === 'starting' || one.state === 'running' ? 'stopped' : one.state,
    notices: [...one.notices, { severity: 'hint', message: OLD }],
  });
  return { uri: kept.uri, results: kept.results.map(stood) };
}
