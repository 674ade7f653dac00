// What markdown-it writes under a block's text, with no editor in sight.

import { printable } from '../../components/src/text.ts';
import type { BlockResults } from './protocol.ts';

interface Token {
  info: string;
  map: [number, number] | null;
}

type Rule = (tokens: Token[], index: number, options: unknown, env: { currentDocument?: unknown } | undefined, self: unknown) => string;

export interface Fences {
  fence?: Rule;
}

/** A page of text needs no more rows. */
const ROWS = 50;

/** `find` gives what the block whose fence opens on the line shows. */
export function underFence(before: Rule | undefined, find: (document: unknown, line: number) => BlockResults | undefined): Rule {
  return (tokens, index, options, env, self) => {
    const html = before?.(tokens, index, options, env, self) ?? '';
    const token = tokens[index];
    if (!token || !/^headwater(?![\w-])/i.test(token.info.trim())) {
      return html;
    }
    const results = token.map && env ? find(env.currentDocument, token.map[0]) : undefined;
    if (!results) {
      return `${html}<p class="headwater-results headwater-idle">Not run here yet: press Run above the block in the editor.</p>\n`;
    }
    return `${html}<div class="headwater-results" data-results="${attribute(JSON.stringify(small(results)))}">${summary(results)}</div>\n`;
  };
}

/** What is there before the script has drawn, and where there is none. */
function summary({ summary }: BlockResults): string {
  return `<p class="headwater-idle">${attribute(printable(summary))}</p>`;
}

function small(results: BlockResults): BlockResults {
  const { table } = results;
  if (!table) {
    return results;
  }
  const from = Math.max(0, table.rows.length - ROWS);
  return { ...results, table: { ...table, rows: table.rows.slice(from), provisional: table.provisional.slice(from) } };
}

/** Text that stands for itself in HTML. */
function attribute(text: string): string {
  return text.replace(/[&<>"'`]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
