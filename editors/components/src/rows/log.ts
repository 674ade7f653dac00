// Log lines, the newest at the end: coloured by severity, searched, and opened to all of their fields. Who opens one wants
// to read it: the log stands still until all are closed again, or somebody lets it go on.

import { describe } from '../describe.ts';
import { make, say, set, uniqueId } from '../dom.ts';
import type { Picture } from '../picture.ts';
import type { BlockResults, Gap, Log, Table } from '../protocol.ts';
import { counted, shown } from '../text.ts';
import { MAX_CELL, gapText, toCsv, toMarkdown, withGaps } from './data.ts';
import { fieldsOf, found, keyOf, levelOf, messageOf, parts, restOf } from './log-data.ts';
import { Scroller } from './scroller.ts';
import { type Asking, showValueMenu } from './values.ts';
import { ROW } from './window.ts';

/** Lines that the fields of an opened row take at most; more are scrolled. */
const MAX_FIELDS = 12;

/** Fields of one row that are drawn at most. */
const MOST_FIELDS = 200;

const NONE: Table = { columns: [], rows: [], provisional: [], total: 0 };
const NO_LOG: Log = { kind: 'log', time: null, severity: null, message: null };

export class LogView implements Picture {
  readonly #id = uniqueId();
  readonly #search = make('input', 'hw-search', { type: 'search', placeholder: 'Search', 'aria-label': 'Search these lines', spellcheck: 'false' });
  readonly #note = make('span', 'hw-note', { role: 'status' });
  readonly #body = make('div', 'hw-log-body', { role: 'rowgroup' });
  readonly #grid = make('div', 'hw-grid hw-log', { role: 'treegrid', tabindex: 0 });
  readonly #scroller: Scroller;
  readonly #asking: Asking;
  /** Of the rows that are opened. */
  readonly #opened = new Set<string>();
  /** What each line shows, so that it is not made anew. */
  readonly #keys = new WeakMap<Element, string>();
  readonly #held = make('span', 'hw-held', { role: 'status', hidden: true });
  readonly #heldText = make('span');
  /** What has come while it stands still. */
  #next: BlockResults | undefined;
  #table = NONE;
  #gaps: readonly Gap[] = [];
  #log = NO_LOG;
  #rows: number[] = [];
  #extra = new Map<number, number>();
  #active = 0;

  constructor(parent: HTMLElement, asking: Asking) {
    this.#asking = asking;
    this.#scroller = new Scroller(this.#grid, this.#body, (first, end) => this.#lines(first, end), { toEnd: true, extra: () => this.#extra });
    const copies = make('div', 'hw-copies', { hidden: asking.quiet }, this.#copy('Copy as Markdown', toMarkdown), this.#copy('Copy as CSV', toCsv));
    const on = make('button', 'hw-quiet', { type: 'button' }, 'Go on');
    on.onclick = () => this.#goOn();
    this.#held.append(this.#heldText, on);
    parent.append(make('div', 'hw-foot', { role: 'search' }, this.#search, this.#note, this.#held, copies), this.#grid);
    this.#search.oninput = () => this.#fill();
    this.#search.onkeydown = (event) => {
      if (event.key === 'Escape' && this.#search.value !== '') {
        event.stopPropagation();
        this.#search.value = '';
        this.#fill();
      }
    };
    this.#grid.onkeydown = (event) => this.#key(event);
    this.#grid.onclick = (event) => this.#press(event.target as Element);
  }

  draw(results: BlockResults): void {
    if (this.#opened.size > 0 && this.#next !== undefined && isSame(this.#next, results)) {
      this.#next = results;
      this.#tellHeld();
      return;
    }
    this.#next = results;
    this.#gaps = results.gaps ?? [];
    this.#table = results.table ?? NONE;
    this.#log = results.figure?.kind === 'log' ? results.figure : NO_LOG;
    this.#fill();
    set(this.#grid, { 'aria-label': describe(results), 'aria-rowcount': this.#rows.length });
  }

  refit(): void {
    this.#scroller.refresh();
  }

  /** Stands still while a line is opened. */
  #tellHeld(): void {
    const more = (this.#next?.table?.total ?? 0) - this.#table.total;
    set(this.#held, { hidden: this.#opened.size === 0 });
    say(this.#heldText, more > 0 ? `paused · ${counted(more, 'new line')}` : 'paused');
  }

  #goOn(): void {
    this.#opened.clear();
    const next = this.#next;
    this.#next = undefined;
    this.#tellHeld();
    if (next) {
      this.draw(next);
    }
    this.#scroller.toEnd();
    this.#grid.focus();
  }

  #fill(): void {
    const whole = this.#search.value.trim() === '';
    this.#rows = withGaps(found(this.#table.rows, this.#search.value), whole ? this.#gaps : [], null);
    this.#measure();
    this.#scroller.draw(this.#rows.length);
    const { rows, total } = this.#table;
    const all = total > rows.length ? `the last ${counted(rows.length, 'line')} of ${total.toLocaleString('en-US')}` : counted(rows.length, 'line');
    say(this.#note, this.#search.value.trim() === '' ? all : `${this.#rows.length.toLocaleString('en-US')} of ${counted(rows.length, 'line')}`);
  }

  /** Where opened rows stand now, and what they take. */
  #measure(): void {
    this.#extra = new Map();
    if (this.#opened.size > 0) {
      const lines = Math.min(MAX_FIELDS, this.#table.columns.length);
      this.#rows.forEach((row, at) => {
        if (this.#opened.has(keyOf(this.#table.rows[row] ?? []))) {
          this.#extra.set(at, lines * ROW);
        }
      });
    }
  }

  #lines(first: number, end: number): void {
    const lines: HTMLElement[] = [];
    for (let at = first; at < end; at += 1) {
      lines.push(this.#line(at, this.#rows[at] ?? 0));
    }
    this.#replace(lines);
    this.#mark();
  }

  /** Lines that are the same stay, with their scroll position and the user's selection. */
  #replace(lines: HTMLElement[]): void {
    const known = new Map([...this.#body.children].map((line) => [this.#keys.get(line), line]));
    lines.forEach((line, index) => {
      const same = known.get(this.#keys.get(line));
      known.delete(this.#keys.get(line));
      const place = this.#body.children[index];
      if (same) {
        set(same, { id: line.id, 'data-at': line.dataset['at'], 'aria-rowindex': line.getAttribute('aria-rowindex') });
      }
      if (place !== (same ?? line)) {
        this.#body.insertBefore(same ?? line, place ?? null);
      }
    });
    while (this.#body.children.length > lines.length) {
      this.#body.lastElementChild?.remove();
    }
  }

  #line(at: number, row: number): HTMLElement {
    const gap = row < 0 ? this.#gaps[~row] : undefined;
    if (gap) {
      const text = gapText(gap);
      const missing = make('div', 'hw-log-missing', { id: `${this.#id}-${at}`, role: 'row', 'data-at': at, 'aria-rowindex': at + 1 }, make('span', '', { role: 'gridcell' }, text));
      this.#keys.set(missing, `missing ${row} ${text}`);
      return missing;
    }
    const values = this.#table.rows[row] ?? [];
    const opened = this.#extra.has(at);
    const time = this.#log.time === null ? null : (values[this.#log.time] ?? null);
    const severity = this.#log.severity === null ? null : (values[this.#log.severity] ?? null);
    const message = make('span', 'hw-log-message', { role: 'gridcell' });
    message.append(...parts(shown(messageOf(values, this.#log), 600), this.#search.value).map((text, index) => (index % 2 === 1 ? make('mark', '', {}, text) : text)));
    const rest = shown(restOf(this.#table, values, this.#log), 400);
    if (rest !== '') {
      message.append(make('span', 'hw-log-rest', {}, rest));
    }
    const line = make(
      'div', 'hw-log-row', { role: 'row' },
      make('span', 'hw-log-sign', { 'aria-hidden': 'true' }, opened ? '▾' : '▸'),
      make('span', 'hw-log-time', { role: 'gridcell' }, shown(time ?? '', 40)),
      make('span', 'hw-log-level', { role: 'gridcell' }, shown(severity ?? '', 12)),
      message,
    );
    const whole = make('div', 'hw-log-entry', {
      id: `${this.#id}-${at}`, role: 'presentation', 'data-at': at, 'data-level': levelOf(severity), 'data-open': this.#table.provisional[row] ?? false,
    }, line);
    this.#keys.set(whole, `${opened ? 1 : 0}${this.#search.value}\u0000${keyOf(values)}`);
    set(line, { 'aria-expanded': opened, 'aria-rowindex': at + 1 });
    if (opened) {
      whole.append(this.#fields(row, this.#extra.get(at) ?? 0));
    }
    return whole;
  }

  #fields(row: number, height: number): HTMLElement {
    const fields = fieldsOf(this.#table, row);
    const list = fields.slice(0, MOST_FIELDS).flatMap(({ name, type, value }) => {
      const button = make('button', 'hw-log-value', { type: 'button', 'data-null': value === null, title: `${shown(name, 200)}: ${type}` }, value === null ? 'none' : shown(value, 10 * MAX_CELL));
      button.onclick = (event) => {
        event.stopPropagation();
        showValueMenu(name, value, type, this.#asking, button);
      };
      return [make('dt', '', {}, shown(name, 200)), make('dd', '', {}, button)];
    });
    if (fields.length > MOST_FIELDS) {
      list.push(make('dt', '', {}, '…'), make('dd', '', {}, counted(fields.length - MOST_FIELDS, 'more field')));
    }
    const made = make('dl', 'hw-log-fields', {}, ...list);
    made.style.setProperty('height', `${height}px`);
    return made;
  }

  #mark(): void {
    this.#grid.querySelector('.hw-active')?.classList.remove('hw-active');
    const entry = this.#body.querySelector(`[data-at="${this.#active}"]`);
    entry?.classList.add('hw-active');
    set(this.#grid, { 'aria-activedescendant': entry?.id ?? null });
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.#grid) {
      if (event.key === 'Escape') {
        this.#grid.focus();
        event.stopPropagation();
      }
      return;
    }
    const page = Math.max(1, Math.floor(this.#scroller.root.clientHeight / ROW) - 2);
    const to = {
      ArrowUp: this.#active - 1, ArrowDown: this.#active + 1, PageUp: this.#active - page, PageDown: this.#active + page, Home: 0, End: this.#rows.length - 1,
    }[event.key];
    const opened = this.#extra.has(this.#active);
    if (to !== undefined) {
      this.#active = Math.max(0, Math.min(this.#rows.length - 1, to));
      this.#scroller.reach(this.#active);
      this.#mark();
    } else if (event.key === 'Enter' || event.key === ' ' || (event.key === 'ArrowRight' && !opened) || (event.key === 'ArrowLeft' && opened)) {
      this.#toggle(this.#active);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #press(target: Element): void {
    const entry = target.closest<HTMLElement>('.hw-log-entry');
    if (entry && target.closest('.hw-log-row')) {
      this.#active = Number(entry.dataset['at']);
      this.#toggle(this.#active);
    }
  }

  #toggle(at: number): void {
    const row = this.#rows[at];
    const key = row === undefined || row < 0 ? undefined : keyOf(this.#table.rows[row] ?? []);
    if (key !== undefined && !this.#opened.delete(key)) {
      this.#opened.add(key);
    } else if (this.#opened.size === 0) {
      this.#goOn();
      return;
    }
    this.#tellHeld();
    this.#measure();
    this.#scroller.refresh();
  }

  #copy(label: string, write: (table: Table, rows: number[]) => string): HTMLElement {
    const button = make('button', 'hw-quiet', { type: 'button' }, label);
    button.onclick = () => this.#asking.copy(write(this.#table, this.#rows.filter((row) => row >= 0)));
    return button;
  }
}

/** Of one run. */
function isSame(one: BlockResults, other: BlockResults): boolean {
  return one.flow === other.flow;
}
