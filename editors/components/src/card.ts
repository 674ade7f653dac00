// One block: its heading, state and summary, what can be done with it, and the picture of its results.

import { followTheme } from './colors.ts';
import { make, say, set, uniqueId } from './dom.ts';
import { headingOf } from './heading.ts';
import { type Host, reason } from './host.ts';
import { type Icon, icon } from './icons.ts';
import { type Item, showMenu } from './menu.ts';
import { type Kind, type Picture, hasRows, kindOf } from './picture.ts';
import { pictureOf } from './pictures.ts';
import { type BlockResults, COMMANDS, type RunbookBlock, isLive } from './protocol.ts';
import { image } from './still/image.ts';
import { fileName, standalone } from './still/page.ts';
import { shown, shownLines } from './text.ts';
import { moment } from './zone.ts';

const STATES: Record<RunbookBlock['state'], string> = {
  idle: 'not run yet',
  starting: 'starting',
  running: 'running',
  finished: 'finished',
  stopped: 'stopped',
  failed: 'failed',
};

/** Rows stand still for so long after the pointer has moved over them: what is aimed at is what is pressed. */
const AIM_MS = 1_000;

/** A block that runs says something several times a second: one that is silent for so long has been cut off. */
const OLD_MS = 5_000;
const LOOK_MS = 1_000;

export interface CardOptions {
  /** Says aloud what has changed; the board has one voice for all its cards. */
  announce?: (text: string) => void;
  /** No buttons: a picture in a page of text. */
  bare?: boolean;
}

export class Card {
  readonly root: HTMLElement;
  readonly #host: Host;
  readonly #options: CardOptions;
  readonly #title = make('h2', 'hw-title', { id: uniqueId() });
  readonly #state = make('span', 'hw-state');
  readonly #summary = make('p', 'hw-summary');
  readonly #age = make('p', 'hw-age', { role: 'status', hidden: true });
  readonly #problem = make('p', 'hw-problem', { role: 'alert', hidden: true });
  readonly #notices = make('ul', 'hw-notices', { hidden: true });
  readonly #source = make('pre', 'hw-source');
  readonly #sourceBox: HTMLElement;
  readonly #body = make('div', 'hw-body-of-card');
  readonly #run: HTMLButtonElement;
  readonly #pause: HTMLButtonElement;
  readonly #rows: HTMLButtonElement;
  readonly #pin: HTMLButtonElement;
  readonly #explain: HTMLButtonElement;
  #uri = '';
  #name = '';
  #results: BlockResults | undefined;
  /** What is drawn while the picture is held. */
  #held: BlockResults | undefined;
  #block: RunbookBlock | undefined;
  #asRows = false;
  #kind: Kind | undefined;
  #picture: Picture | undefined;
  /** The flow that is drawn, when the pointer moved over it last, and the drawing that waits for it. */
  #drawn = '';
  #aimedAt = -Infinity;
  #later: ReturnType<typeof setTimeout> | undefined;
  #said: string | undefined;
  /** When the server has spoken of it last, and whether it is gone. */
  #heardAt = performance.now();
  #cutOff = false;
  readonly #look = setInterval(() => this.#tellAge(), LOOK_MS);
  /** Of a card that stands alone. */
  #unfollow: (() => void) | undefined;

  constructor(root: HTMLElement, host: Host, options: CardOptions = {}) {
    this.#host = host;
    this.#options = options;
    this.#run = this.#button('run', 'Run', () => this.#ask(isLive({ state: this.#now() }) ? COMMANDS.stopBlock : COMMANDS.runBlock));
    this.#pause = this.#button('pause', 'Pause', () => this.#hold());
    this.#rows = this.#button('rows', 'Rows', () => this.#turn());
    this.#pin = this.#button('pin', 'Pin', () => this.#ask(COMMANDS.pin));
    this.#explain = this.#button('explain', 'Explain', () => this.#ask(COMMANDS.explainBlock));
    set(this.#pin, { title: 'Write this result into the runbook, under the block' });
    set(this.#explain, { title: 'How this block runs' });
    const more = this.#button('more', 'More', () => this.#more(more));
    set(more, { 'aria-haspopup': 'menu' });
    const actions = make('div', 'hw-actions', { role: 'toolbar' }, this.#run, this.#pause, this.#rows, this.#pin, this.#explain, more);
    const head = make('header', 'hw-card-head', {}, this.#title, this.#state, ...(options.bare ? [] : [actions]));
    this.#sourceBox = make('details', 'hw-source-box', { hidden: true }, make('summary', '', {}, 'Block'), this.#source);
    this.root = make('section', 'hw-card', { 'aria-labelledby': this.#title.id, tabindex: -1 }, head, this.#summary, this.#age, this.#problem, this.#body, this.#notices);
    if (!options.bare) {
      this.root.append(this.#sourceBox);
      this.#title.onclick = () => host.reveal?.(this.#name);
      set(this.#title, { 'data-link': host.reveal !== undefined });
    }
    this.#body.onpointermove = () => (this.#aimedAt = performance.now());
    this.#body.onpointerleave = () => (this.#aimedAt = -Infinity);
    root.append(this.root);
    if (!this.root.closest('.hw')) {
      this.root.classList.add('hw');
      const unfollow = followTheme(this.root, () => this.refit());
      let width = 0;
      const room = new ResizeObserver(() => {
        if (this.root.clientWidth !== width) {
          width = this.root.clientWidth;
          this.refit();
        }
      });
      room.observe(this.root);
      this.#unfollow = () => (unfollow(), room.disconnect());
    }
    this.#tell();
  }

  get name(): string {
    return this.#name;
  }

  get state(): RunbookBlock['state'] {
    return this.#now();
  }

  get present(): BlockResults | undefined {
    return this.#held ?? this.#results;
  }

  /** What the runbook says of it. */
  block(uri: string, block: RunbookBlock): void {
    this.#uri = uri;
    this.#name = block.block;
    this.#block = block;
    this.#tell();
  }

  /** The picture of one that is not seen is drawn when it is. */
  results(results: BlockResults, seen = true): void {
    this.#uri = results.uri;
    this.#name = results.block;
    this.#results = results;
    this.#heardAt = performance.now();
    this.#cutOff = false;
    if (this.#block) {
      this.#block = { ...this.#block, state: results.state };
    }
    this.#tell();
    if (seen) {
      this.draw();
    } else {
      set(this.#body, { 'data-kind': this.#kindNow() });
    }
  }

  /** Who told of it has ended, or cannot be reached: nothing runs any longer, as far as anybody knows. */
  cutOff(): void {
    this.#cutOff = true;
    this.#tell();
  }

  draw(): void {
    const results = this.present;
    const kind = this.#kindNow();
    if (!results || !kind) {
      return;
    }
    if (this.#isAimedAt(results, kind)) {
      this.#later ??= setTimeout(() => {
        this.#later = undefined;
        this.draw();
      }, AIM_MS / 4);
      return;
    }
    this.#drawn = results.flow;
    if (kind !== this.#kind || !this.#picture) {
      this.#picture?.dispose?.();
      this.#body.replaceChildren();
      this.#kind = kind;
      set(this.#body, { 'data-kind': kind });
      this.#picture = pictureOf(kind, this.#body, { ask: (command, args) => this.#ask(command, args), copy: (text) => this.#host.copy(text), quiet: this.#options.bare ?? false });
    }
    this.#picture.draw(results);
  }

  refit(): void {
    this.#picture?.refit?.();
  }

  dispose(): void {
    clearTimeout(this.#later);
    clearInterval(this.#look);
    this.#unfollow?.();
    this.#picture?.dispose?.();
    this.root.remove();
  }

  #isAimedAt({ flow }: BlockResults, kind: Kind): boolean {
    const same = kind === this.#kind && flow === this.#drawn;
    return same && (kind === 'table' || kind === 'log') && performance.now() - this.#aimedAt < AIM_MS;
  }

  #kindNow(): Kind | undefined {
    const results = this.present;
    return results && (this.#asRows && hasRows(results) ? 'table' : kindOf(results));
  }

  #now(): RunbookBlock['state'] {
    const state = this.#block?.state ?? this.#results?.state ?? 'idle';
    return this.#cutOff && isLive({ state }) ? 'stopped' : state;
  }

  #tellAge(): void {
    const age = performance.now() - this.#heardAt;
    const old = this.#results !== undefined && isLive({ state: this.#now() }) && age > OLD_MS;
    set(this.#age, { hidden: !old });
    set(this.root, { 'data-old': old });
    say(this.#age, old ? `last word ${Math.round(age / 1_000)} s ago` : '');
  }

  #tell(): void {
    const results = this.#results;
    const state = this.#now();
    const live = isLive({ state });
    const heading = this.#block?.title ?? results?.title;
    const named = headingOf(heading, this.#name);
    say(this.#title, shown(named, 200));
    set(this.#title, { title: shown(this.#name, 400) });
    const marks = [STATES[state], results?.stale ? 'edited since' : '', this.#held ? `paused at ${moment(Date.parse(this.#held.at))}` : ''];
    say(this.#state, marks.filter(Boolean).join(' · '));
    set(this.root, { 'data-state': state, 'data-stale': results?.stale ?? false, 'data-held': this.#held !== undefined });
    say(this.#summary, results ? shown(results.summary, 400) : '');

    this.#label(this.#run, live ? 'stop' : 'run', live ? 'Stop' : 'Run');
    set(this.#run, { hidden: this.#block?.runnable === false && !live });
    this.#label(this.#pause, this.#held ? 'run' : 'pause', this.#held ? 'Go on' : 'Pause');
    set(this.#pause, { hidden: !this.#held && !(live && results), 'aria-pressed': this.#held !== undefined });
    const shownNow = this.#held ?? results;
    set(this.#rows, { hidden: !shownNow || !hasRows(shownNow), 'aria-pressed': this.#asRows });
    this.#label(this.#rows, this.#asRows ? 'chart' : 'rows', this.#asRows ? 'Picture' : 'Rows');
    set(this.#pin, { hidden: !results });
    set(this.#sourceBox, { hidden: !results?.source });
    say(this.#source, results?.source ? shownLines(results.source, 20_000) : '');
    this.#notice();

    if (this.#said !== undefined && this.#said !== state) {
      this.#options.announce?.(`${shown(heading ?? this.#name, 80)}: ${STATES[state]}`);
    }
    this.#said = state;
  }

  #notice(): void {
    const notices = (this.#results?.notices ?? []).slice(0, 20);
    const key = JSON.stringify(notices);
    if (this.#notices.dataset['key'] !== key) {
      this.#notices.dataset['key'] = key;
      set(this.#notices, { hidden: notices.length === 0 });
      this.#notices.replaceChildren(...notices.map(({ severity, message }) => make('li', '', { 'data-severity': severity }, shownLines(message, 600))));
    }
  }

  /** Holds the picture as it is, or goes on with what has come since. */
  #hold(): void {
    this.#held = this.#held ? undefined : this.#results;
    this.#tell();
    this.draw();
  }

  #turn(): void {
    this.#asRows = !this.#asRows;
    this.#tell();
    this.draw();
  }

  #more(button: HTMLElement): void {
    const reveal = this.#host.reveal?.bind(this.#host);
    const items: Item[] = [
      { label: 'Run the blocks above', take: () => this.#ask(COMMANDS.runAbove) },
      { label: 'Run this block and those below', take: () => this.#ask(COMMANDS.runBelow) },
      ...(this.present ? [{ label: 'Copy as a picture', take: () => this.#photograph() }] : []),
      ...(this.present ? [{ label: 'Save this result as a page', take: () => this.#keep() }] : []),
      ...(reveal ? [{ label: 'Show the block in the text', take: () => reveal(this.#name) }] : []),
    ];
    showMenu(shown(this.#name, 60), items, button);
  }

  #keep(): void {
    const results = this.present;
    if (results) {
      this.#host.save(`${fileName(this.#name)}.html`, standalone(this.#name, [], [results], new Date()));
    }
  }

  /** Into the clipboard, which takes it only right after a press. */
  #photograph(): void {
    const results = this.present;
    if (results) {
      this.#refuse(null);
      const png = image(this.#name, results, new Date());
      navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]).then(
        () => {
          say(this.#state, 'picture copied');
          this.#options.announce?.('The picture is in the clipboard');
        },
        (error: unknown) => this.#refuse(`The clipboard takes no picture here: ${reason(error)}. "Save this result as a page" keeps it as a file.`),
      );
    }
  }

  #ask(command: string, args: Record<string, unknown> = {}): void {
    this.#refuse(null);
    const asked = this.#host.ask(command, { uri: this.#uri, block: this.#name, ...args });
    asked?.catch((error: unknown) => this.#refuse(reason(error)));
  }

  #refuse(why: string | null): void {
    set(this.#problem, { hidden: why === null });
    say(this.#problem, why === null ? '' : shownLines(why, 600));
  }

  #button(sign: Icon, label: string, press: () => void): HTMLButtonElement {
    const made = make('button', 'hw-button', { type: 'button' });
    made.onclick = press;
    this.#label(made, sign, label);
    return made;
  }

  #label(button: HTMLButtonElement, sign: Icon, label: string): void {
    if (button.dataset['label'] !== label) {
      button.dataset['label'] = label;
      button.replaceChildren(icon(sign), make('span', 'hw-label', {}, label));
      set(button, { 'aria-label': label, title: button.title || label });
      if (button === this.#run || button === this.#pause || button === this.#rows) {
        button.title = label;
      }
    }
  }
}
