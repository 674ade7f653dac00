// From a block's results to texts at lines, with no editor in sight: what to show and in which colour.

import { printable } from '../../components/src/text.ts';
import type { BlockResults, StageLine } from './protocol.ts';

export interface Decoration {
  line: number;
  text: string;
  /** Id of a theme colour. */
  color: string;
  italic: boolean;
}

const SEVERITY_COLORS = {
  hint: 'editorHint.foreground',
  warning: 'editorWarning.foreground',
  error: 'editorError.foreground',
} as const;

/** What the editor shows of one block, each at the line where its mark stands now. */
export function decorations(results: BlockResults, places: Places): Decoration[] {
  const stages = results.lines.map((line, index) => ({
    line: places.stages[index] ?? line.line,
    text: printable(line.text),
    color: stageColor(results, line),
    italic: results.stale,
  }));
  const fence = {
    line: places.fence,
    text: printable(results.summary),
    color: summaryColor(results),
    italic: results.stale,
  };
  return [...stages, fence].filter((decoration) => decoration.text !== '');
}

function stageColor(results: BlockResults, line: StageLine): string {
  if (results.stale) {
    return 'headwater.stale';
  }
  return line.severity ? SEVERITY_COLORS[line.severity] : 'headwater.result';
}

function summaryColor(results: BlockResults): string {
  if (results.state === 'failed') {
    return SEVERITY_COLORS.error;
  }
  if (results.stale) {
    return 'headwater.stale';
  }
  return results.state === 'running' || results.state === 'starting' ? 'headwater.running' : 'headwater.finished';
}

/** Where a block's marks stand in the text as it is now. */
export interface Places {
  /** The opening fence. */
  open: number;
  fence: number;
  stages: number[];
}

/**
 * The server's places are those of the text that it knew. While it names the same ones as before, the marks
 * stay where the user's edits have moved them; a new place is taken as it is.
 */
export function place(next: BlockResults, before?: { results: BlockResults; places: Places }): Places {
  const keep = (line: number, old?: number, moved?: number) => (old === line && moved !== undefined ? moved : line);
  return {
    open: keep(next.range.start.line, before?.results.range.start.line, before?.places.open),
    fence: keep(next.range.end.line, before?.results.range.end.line, before?.places.fence),
    stages: next.lines.map((line, index) =>
      keep(line.line, before?.results.lines[index]?.line, before?.places.stages[index]),
    ),
  };
}

/** An edit as the editor reports it. */
export interface Change {
  start: { line: number; character: number };
  end: { line: number; character: number };
  text: string;
}

export function movePlaces(places: Places, change: Change): Places {
  return { open: moveLine(places.open, change), fence: moveLine(places.fence, change), stages: places.stages.map((line) => moveLine(line, change)) };
}

/** Where a line stands after an edit. */
export function moveLine(line: number, { start, end, text }: Change): number {
  const added = text.split('\n').length - 1;
  const below = line > end.line || (line === end.line && end.character === 0 && (start.line < line || text.endsWith('\n')));
  if (below) {
    return line + added - (end.line - start.line);
  }
  // A line that was swallowed by the edit goes where the edit began.
  return line > start.line ? Math.min(line, start.line + added) : line;
}
