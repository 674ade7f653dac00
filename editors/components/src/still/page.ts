// The results of a runbook as one HTML page that can be kept, sent and printed: no scripts, nothing from a network.

import { headingOf } from '../heading.ts';
import { kindOf } from '../picture.ts';
import type { BlockResults, Param, Table } from '../protocol.ts';
import { isNumber } from '../rows/data.ts';
import { counted, shown, shownLines } from '../text.ts';
import { stillChart } from './chart.ts';
import { stillBars, stillCards, stillColumns, stillHeatmap } from './figures.ts';
import { type Content, HTML, Markup, lone, tag } from './html.ts';
import { STYLE } from './style.ts';

/** Columns that a page has room for. */
const MAX_COLUMNS = 200;

/** A title as a file may be called. */
export function fileName(title: string): string {
  return title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, 60) || 'results';
}

export function standalone(title: string, params: Param[], blocks: BlockResults[], at: Date): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  const head = tag(
    'head',
    {},
    lone('meta', { charset: 'utf-8' }),
    lone('meta', { 'http-equiv': 'Content-Security-Policy', content: policy }),
    lone('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    tag('title', {}, shown(title, 200)),
    tag('style', {}, new Markup(STYLE)),
  );
  return `<!doctype html>\n${tag('html', { lang: 'en' }, head, bodyOf(title, params, blocks, at)).text}\n`;
}

/** What such a page shows. */
export function bodyOf(title: string, params: Param[], blocks: BlockResults[], at: Date): Markup {
  const when = tag('p', { class: 'when' }, `As it was on ${at.toISOString().replace('T', ' ').slice(0, 19)} UTC`);
  return tag('body', { xmlns: HTML }, tag('h1', {}, shown(title, 200)), when, parameters(params), blocks.map(block));
}

function parameters(params: Param[]): Content {
  const said = params.map(({ name, value, set }) => tag('li', {}, tag('b', {}, shown(name, 60)), ` ${shown(value ?? 'no value', 200)}${set ? '' : ' (default)'}`));
  return said.length > 0 ? tag('ul', { class: 'params' }, said) : '';
}

function block(results: BlockResults): Markup {
  const notices = results.notices.map(({ severity, message }) => tag('li', { class: severity }, shownLines(message, 600)));
  return tag(
    'section',
    {},
    tag('h2', {}, shown(headingOf(results.title, results.block), 200)),
    tag('p', { class: 'summary' }, shown(results.summary, 400)),
    picture(results),
    notices.length > 0 ? tag('ul', { class: 'notices' }, notices) : '',
    results.source ? tag('details', {}, tag('summary', {}, 'Block'), tag('pre', {}, shownLines(results.source, 20_000))) : '',
  );
}

function picture(results: BlockResults): Content {
  const { figure } = results;
  switch (kindOf(results)) {
    case 'chart':
      return stillChart(results);
    case 'bars':
    case 'pie':
      return figure && 'labels' in figure ? stillBars(figure) : '';
    case 'columns':
    case 'histogram':
      return stillColumns(results);
    case 'heatmap':
      return figure?.kind === 'heatmap' ? stillHeatmap(results, figure) : '';
    case 'card':
      return figure?.kind === 'card' ? stillCards(figure) : '';
    case 'table':
    case 'log':
      return results.table ? table(results.table) : '';
    case 'nothing':
      return tag('p', { class: 'summary' }, results.empty ? shown(results.empty.message) : 'No results.');
    case 'text':
      return tag('pre', {}, results.view.map((line) => shown(line, 400)).join('\n'));
  }
}

function table({ columns, rows, provisional, total }: Table): Content {
  const drawn = columns.slice(0, MAX_COLUMNS);
  const cell = (name: string, type: string, text: string) => tag(name, { class: isNumber(type) ? 'number' : null }, text);
  const head = tag('tr', {}, drawn.map(({ name, type }) => cell('th', type, shown(name))));
  const body = rows.map((values, index) =>
    tag('tr', { class: provisional[index] ? 'open' : null }, drawn.map(({ type }, at) => cell('td', type, shown(values[at] ?? '')))),
  );
  const open = provisional.filter(Boolean).length;
  const notes = [
    total > rows.length ? `The last ${counted(rows.length, 'row')} of ${total.toLocaleString('en-US')}.` : '',
    columns.length > drawn.length ? `… ${counted(columns.length - drawn.length, 'more column')}.` : '',
    open > 0 ? `${counted(open, 'row')} in italics may still have changed.` : '',
  ];
  return [tag('div', { class: 'scroll' }, tag('table', {}, head, body)), tag('p', { class: 'summary' }, notes.filter(Boolean).join(' '))];
}
