// A table of results: only the rows that are seen exist, a head sorts, a value has a menu, arrow keys move.

import { describe } from '../describe.ts';
import { make, say, set, style, uniqueId } from '../dom.ts';
import type { Picture } from '../picture.ts';
import type { BlockResults, Gap, Table } from '../protocol.ts';
import { counted, shown } from '../text.ts';
import { MAX_CELL, MAX_COLUMNS, type Sort, gapText, isNumber, nextSort, order, toCsv, toMarkdown, widths, withGaps } from './data.ts';
import { Scroller } from './scroller.ts';
import { type Asking, showValueMenu } from './values.ts';
import { ROW } from './window.ts';

const NONE: Table = { columns: [], rows: [], provisional: [], total: 0 };

export class Grid implements Picture {
  readonly #id = uniqueId();
  readonly #head = make('div', 'hw-row hw-head', { role: 'row', 'aria-rowindex': 1 });
  readonly #body = make('div', 'hw-body', { role: 'rowgroup' });
  readonly #grid = make('div', 'hw-grid', { role: 'grid', tabindex: 0 });
  readonly #note = make('p', 'hw-note');
  readonly #scroller: Scroller;
  readonly #asking: Asking;
  #table = NONE;
  #gaps: readonly Gap[] = [];
  #columns = '';
  #widths: number[] = [];
  #sort: Sort | null = null;
  /** Rows by their place; below zero, where some are missing. */
  #order: number[] = [];
  #first = 0;
  /** Row −1 is the head. */
  #active = { row: 0, column: 0 };

  constructor(parent: HTMLElement, asking: Asking) {
    this.#asking = asking;
    this.#scroller = new Scroller(this.#grid, this.#body, (first, end) => this.#rows(first, end), { head: ROW });
    this.#grid.prepend(this.#head);
    const copies = make('div', 'hw-copies', { hidden: asking.quiet }, this.#copy('Copy as Markdown', toMarkdown), this.#copy('Copy as CSV', toCsv));
    parent.append(this.#grid, make('div', 'hw-foot', {}, this.#note, copies));
    this.#grid.onkeydown = (event) => this.#key(event);
    this.#grid.onclick = (event) => this.#press(event.target as Element);
    this.#grid.onfocus = () => this.#mark();
  }

  draw(results: BlockResults): void {
    this.#table = results.table ?? NONE;
    this.#gaps = results.gaps ?? [];
    const columns = JSON.stringify(this.#table.columns.slice(0, MAX_COLUMNS + 1));
    if (columns !== this.#columns) {
      this.#columns = columns;
      this.#widths = [];
      this.#sort = null;
      this.#body.replaceChildren();
    }
    this.#fill();
    set(this.#grid, { 'aria-label': describe(results), 'aria-rowcount': this.#table.rows.length + 1, 'aria-colcount': this.#table.columns.length });
  }

  refit(): void {
    this.#scroller.refresh();
  }

  #fill(): void {
    const grown = widths(this.#table, this.#widths);
    if (String(grown) !== String(this.#widths)) {
      this.#widths = grown;
      style(this.#grid, '--hw-columns', grown.map((width) => `${width}ch`).join(' '));
    }
    this.#order = withGaps(order(this.#table, this.#sort), this.#gaps, this.#sort);
    this.#heads();
    this.#scroller.draw(this.#order.length);
    this.#mark();
    const { rows, total, columns } = this.#table;
    const cut = columns.length - this.#widths.length;
    const parts = [
      total > rows.length ? `the last ${counted(rows.length, 'row')} of ${total.toLocaleString('en-US')}` : counted(rows.length, 'row'),
      cut > 0 ? `… ${counted(cut, 'more column')}, in copies only` : '',
    ];
    say(this.#note, parts.filter(Boolean).join(' · '));
  }

  #heads(): void {
    const columns = this.#table.columns.slice(0, MAX_COLUMNS);
    if (this.#head.children.length !== columns.length || this.#head.dataset['of'] !== this.#columns) {
      this.#head.dataset['of'] = this.#columns;
      this.#head.replaceChildren(
        ...columns.map(({ name, type }, column) =>
          make('div', 'hw-cell', { role: 'columnheader', id: `${this.#id}-h-${column}`, 'data-column': column, 'data-number': isNumber(type), title: `${shown(name, 400)}: ${type}` }, shown(name, MAX_CELL)),
        ),
      );
    }
    [...this.#head.children].forEach((head, column) => {
      const sorted = this.#sort?.column === column ? (this.#sort.descending ? 'descending' : 'ascending') : null;
      set(head, { 'aria-sort': sorted });
    });
  }

  /** Draws these rows into the lines that there are, making and removing as few as possible. */
  #rows(first: number, end: number): void {
    this.#first = first;
    while (this.#body.children.length > end - first) {
      this.#body.lastElementChild?.remove();
    }
    const columns = this.#table.columns.slice(0, MAX_COLUMNS);
    for (let at = first; at < end; at += 1) {
      const row = this.#order[at] ?? 0;
      let line = this.#body.children[at - first];
      if (!line) {
        line = make('div', 'hw-row', { role: 'row' }, ...columns.map(({ type }, column) => make('div', 'hw-cell', { role: 'gridcell', 'data-column': column, 'data-number': isNumber(type) })));
        this.#body.append(line);
      }
      const open = this.#table.provisional[row] ?? false;
      const gap = row < 0 ? this.#gaps[~row] : undefined;
      set(line, { 'data-missing': gap !== undefined });
      set(line, { 'aria-rowindex': at + 2, 'data-row': at, 'data-open': open });
      columns.forEach((_, column) => {
        const value = gap ? (column === 0 ? gapText(gap) : '') : (this.#table.rows[row]?.[column] ?? null);
        const cell = line.children[column] as HTMLElement;
        say(cell, value === null ? '' : shown(value, MAX_CELL));
        set(cell, { id: `${this.#id}-${at}-${column}`, 'data-null': value === null, 'aria-description': open && column === 0 ? 'may still change' : null });
      });
    }
    this.#mark();
  }

  #mark(): void {
    const { row, column } = this.#active;
    this.#grid.querySelector('.hw-active')?.classList.remove('hw-active');
    const cell = row < 0 ? this.#head.children[column] : this.#body.children[row - this.#first]?.children[column];
    cell?.classList.add('hw-active');
    set(this.#grid, { 'aria-activedescendant': cell?.id ?? null });
  }

  #key(event: KeyboardEvent): void {
    const { row, column } = this.#active;
    const page = Math.max(1, Math.floor(this.#scroller.root.clientHeight / ROW) - 2);
    const end = event.ctrlKey || event.metaKey;
    const moves: Record<string, [number, number]> = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      PageUp: [row - page, column], PageDown: [row + page, column],
      Home: end ? [0, 0] : [row, 0], End: end ? [Infinity, Infinity] : [row, Infinity],
    };
    const to = moves[event.key];
    if (to) {
      this.#move(to[0], to[1]);
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.#take();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #move(row: number, column: number): void {
    this.#active = {
      row: Math.max(-1, Math.min(this.#order.length - 1, row)),
      column: Math.max(0, Math.min(this.#widths.length - 1, column)),
    };
    if (this.#active.row >= 0) {
      this.#scroller.reach(this.#active.row);
    }
    this.#mark();
    this.#grid.querySelector('.hw-active')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  #press(target: Element): void {
    const cell = target.closest<HTMLElement>('.hw-cell');
    if (cell) {
      const row = cell.parentElement === this.#head ? -1 : Number(cell.parentElement?.dataset['row']);
      this.#active = { row, column: Number(cell.dataset['column']) };
      this.#mark();
      this.#take();
    }
  }

  /** Sorts by a head, opens the menu of a value. */
  #take(): void {
    const { row, column } = this.#active;
    if (row < 0) {
      this.#sort = nextSort(this.#sort, column);
      this.#fill();
      return;
    }
    const cell = this.#body.children[row - this.#first]?.children[column];
    const of = this.#table.columns[column];
    const values = this.#table.rows[this.#order[row] ?? -1];
    if (cell && of && values) {
      showValueMenu(of.name, values[column] ?? null, of.type, this.#asking, cell);
    }
  }

  #copy(label: string, write: (table: Table, rows: number[]) => string): HTMLElement {
    const button = make('button', 'hw-quiet', { type: 'button' }, label);
    button.onclick = () => this.#asking.copy(write(this.#table, this.#order.filter((row) => row >= 0)));
    return button;
  }
}
