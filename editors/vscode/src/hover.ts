// A block's last rows as Markdown, for the hover at its fences.

import { printable } from '../../components/src/text.ts';
import type { BlockResults, Table } from './protocol.ts';

const MAX_ROWS = 12;
const MAX_CELL = 60;

export function hoverText(results: BlockResults): string {
  const parts = [`**${escape(results.block)}** · ${escape(results.summary)}`];
  for (const notice of results.notices) {
    parts.push(`*${escape(notice.severity)}*: ${escape(notice.message)}`);
  }
  if (results.table && results.table.columns.length > 0) {
    parts.push(tableText(results.table));
  } else if (results.view.length > 0) {
    parts.push(codeText(results.view));
  }
  if (results.stale) {
    parts.push('*The text of this block has changed since it was run.*');
  }
  return parts.join('\n\n');
}

function tableText(table: Table): string {
  const hidden = Math.max(0, table.rows.length - MAX_ROWS);
  const lines = [
    row(table.columns.map((column) => cell(column.name))),
    row(table.columns.map((column) => (isNumber(column.type) ? '--:' : ':--'))),
    ...table.rows.slice(hidden).map((values, index) => {
      const cells = values.map((value) => (value === null ? '' : cell(value)));
      // A window that is still open: its values may change.
      return row(table.provisional[hidden + index] ? cells.map((text) => (text ? `*${text}*` : '')) : cells);
    }),
  ];
  const shown = table.rows.length - hidden;
  if (table.total > shown) {
    lines.push('', `the last ${shown} of ${table.total} rows`);
  }
  return lines.join('\n');
}

function row(cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function cell(text: string): string {
  const characters = [...text];
  return escape(characters.length > MAX_CELL ? `${characters.slice(0, MAX_CELL - 1).join('')}…` : text);
}

function isNumber(type: string): boolean {
  return ['long', 'real', 'timespan'].includes(type);
}

function codeText(lines: string[]): string {
  const longest = lines.flatMap((line) => line.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, ...lines.map(printable), fence].join('\n');
}

/** Every character that could mean something to Markdown or HTML stands for itself. */
export function escape(text: string): string {
  return printable(text).replace(/[\\`*_{}[\]()<>#+\-.!|~&$:@"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
