// Finds the block that a command is about, from the server's own lenses: only it knows where blocks stand.

import { COMMANDS } from './protocol.ts';

export interface Lens {
  range: { start: { line: number } };
  command?: { command: string; arguments?: unknown[] };
}

const OF_BLOCKS: string[] = [COMMANDS.runBlock, COMMANDS.stopBlock, COMMANDS.explainBlock];

/** The arguments that name the block at or above the line, else the first block's. */
export function argumentsAt(lenses: readonly Lens[], line: number): unknown[] | undefined {
  const blocks = lenses
    .filter((lens) => lens.command && OF_BLOCKS.includes(lens.command.command))
    .sort((a, b) => a.range.start.line - b.range.start.line);
  const above = blocks.findLast((lens) => lens.range.start.line <= line);
  return (above ?? blocks[0])?.command?.arguments;
}
