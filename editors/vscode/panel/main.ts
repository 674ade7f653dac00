// The results panel's page: one card a block, with its chart, table or text picture. It draws what it is sent
// and asks for nothing; every text goes in as text, never as HTML.

import uPlot from 'uplot';

import { printable } from '../src/decorations.ts';
import type { BlockResults, Series, Table } from '../src/protocol.ts';
import { type Colors, chartData, chartOptions, shape } from './chart.ts';

declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

const CHART_HEIGHT = 220;

interface Card {
  root: HTMLElement;
  title: HTMLElement;
  summary: HTMLElement;
  body: HTMLElement;
  chart?: { plot: uPlot; shape: string; series: Series };
}

const main = document.body.appendChild(document.createElement('main'));
const cards = new Map<string, Card>();

window.addEventListener('message', (event: MessageEvent<{ blocks: BlockResults[] }>) => draw(event.data.blocks));
window.addEventListener('resize', () => {
  for (const { chart, body } of cards.values()) {
    chart?.plot.setSize({ width: body.clientWidth, height: CHART_HEIGHT });
  }
});
// Canvas colours do not follow the theme by themselves.
new MutationObserver(() => {
  for (const card of cards.values()) {
    if (card.chart) {
      drawChart(card, card.chart.series, true);
    }
  }
}).observe(document.body, { attributes: true, attributeFilter: ['class'] });

acquireVsCodeApi().postMessage('ready');

function draw(blocks: BlockResults[]): void {
  document.body.dataset['empty'] = String(blocks.length === 0);
  const names = new Set(blocks.map((results) => results.block));
  for (const [name, card] of cards) {
    if (!names.has(name)) {
      card.chart?.plot.destroy();
      card.root.remove();
      cards.delete(name);
    }
  }
  for (const results of blocks) {
    const card = cards.get(results.block) ?? newCard(results.block);
    if (main.children[blocks.indexOf(results)] !== card.root) {
      main.insertBefore(card.root, main.children[blocks.indexOf(results)] ?? null);
    }
    fill(card, results);
  }
}

function newCard(name: string): Card {
  const root = element('section');
  const [title, summary, body] = [element('h2'), element('p'), element('div')];
  root.append(title, summary, body);
  const card = { root, title, summary, body };
  cards.set(name, card);
  return card;
}

function fill(card: Card, results: BlockResults): void {
  card.root.dataset['state'] = results.state;
  card.root.dataset['stale'] = String(results.stale);
  card.title.textContent = printable(results.block);
  card.summary.textContent = printable(results.summary);
  if (results.series && results.series.x.length > 0) {
    drawChart(card, results.series, false);
    return;
  }
  card.chart?.plot.destroy();
  delete card.chart;
  const rows = isPicture(results) ? null : results.table;
  card.body.replaceChildren(rows && rows.columns.length > 0 ? table(rows) : picture(results.view));
}

/** What the server draws of characters, and says more than its rows do. */
function isPicture({ shape, view }: BlockResults): boolean {
  return view.length > 0 && shape !== undefined && !['chart', 'table', 'log'].includes(shape);
}

function drawChart(card: Card, series: Series, anew: boolean): void {
  if (card.chart && !anew && card.chart.shape === shape(series)) {
    // The shading reads the series it was made with.
    Object.assign(card.chart.series, series);
    card.chart.plot.setData(chartData(series));
    return;
  }
  card.chart?.plot.destroy();
  card.body.replaceChildren();
  const own = { ...series };
  const plot = new uPlot(chartOptions(own, colors(), card.body.clientWidth, CHART_HEIGHT), chartData(own), card.body);
  card.chart = { plot, shape: shape(series), series: own };
}

function colors(): Colors {
  const style = getComputedStyle(document.body);
  const color = (name: string) => style.getPropertyValue(`--vscode-${name}`).trim();
  return {
    lines: ['blue', 'green', 'yellow', 'red', 'purple', 'orange'].map((name) => color(`charts-${name}`)),
    text: color('descriptionForeground'),
    grid: color('editorIndentGuide-background1') || color('charts-lines'),
    open: color('editor-hoverHighlightBackground'),
    ground: color('editor-background'),
  };
}

function table({ columns, rows, provisional }: Table): HTMLElement {
  const head = element('tr');
  head.append(...columns.map(({ name, type }) => cell('th', name, type)));
  const body = rows.map((values, index) => {
    const line = element('tr');
    line.dataset['provisional'] = String(provisional[index] ?? false);
    line.append(...values.map((value, at) => cell('td', value ?? '', columns[at]?.type ?? '')));
    return line;
  });
  const whole = element('table');
  whole.append(head, ...body);
  return whole;
}

function cell(tag: 'th' | 'td', text: string, type: string): HTMLElement {
  const made = element(tag);
  made.textContent = printable(text);
  made.dataset['type'] = type;
  return made;
}

function picture(lines: string[]): HTMLElement {
  const made = element('pre');
  made.textContent = lines.map(printable).join('\n');
  return made;
}

function element(tag: string): HTMLElement {
  return document.createElement(tag);
}
