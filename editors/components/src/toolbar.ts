// Above a runbook's cards: its title, and what concerns all of its blocks.

import { make, say, set } from './dom.ts';
import { type Host, reason } from './host.ts';
import { type Icon, icon } from './icons.ts';
import { COMMANDS, type Runbook, isLive } from './protocol.ts';
import { shown, shownLines } from './text.ts';
import { LAST, setPast } from './past.ts';
import { instant, zoneName } from './zone.ts';

export class Toolbar {
  readonly #title = make('h1', 'hw-runbook-title');
  readonly #count = make('span', 'hw-count');
  readonly #live = make('input', '', { type: 'checkbox', role: 'switch' });
  readonly #problem = make('p', 'hw-problem', { role: 'alert', hidden: true });
  readonly #zone = make('select', 'hw-zone', { 'aria-label': 'Times in', title: 'In which time zone times are said' });
  readonly #past = make('select', 'hw-zone', { 'aria-label': 'Time that charts show' });
  readonly #since = make('input', 'hw-zone', { type: 'datetime-local', step: 1, 'aria-label': 'Since', hidden: true });
  readonly #stop: HTMLButtonElement;
  readonly #host: Host;
  #uri = '';

  /** `redraw`: charts show another part of the past. */
  constructor(parent: HTMLElement, host: Host, keep: () => void, redraw: () => void) {
    this.#host = host;
    const run = button('runAll', 'Run all', 'Run all blocks', () => this.#ask(COMMANDS.runAll));
    this.#stop = button('stop', 'Stop all', 'Stop all blocks', () => this.#ask(COMMANDS.stopAll));
    const save = button('save', 'Export', 'Save these results as one HTML page without scripts', keep);
    const live = make('label', 'hw-switch', { title: 'Running blocks run again when their text has changed and is valid' }, this.#live, make('span', '', {}, 'Live'));
    this.#live.onchange = () => this.#ask(COMMANDS.setLive, { live: this.#live.checked });
    const actions = make('div', 'hw-actions', { role: 'toolbar', 'aria-label': 'All blocks' }, run, this.#stop, live, this.#past, this.#since, this.#zone, save);
    const choices: [string, string][] = [['all', 'all of the time'], ...LAST.map(([name, seconds]): [string, string] => [String(seconds), name]), ['since', 'since …']];
    this.#past.replaceChildren(...choices.map(([value, name]) => make('option', '', { value }, name)));
    this.#past.onchange = () => this.#choose(redraw);
    this.#since.onchange = () => this.#choose(redraw);
    this.#zone.onchange = () => this.#ask(COMMANDS.setZone, { zone: this.#zone.value });
    parent.append(make('header', 'hw-toolbar', {}, this.#title, this.#count, actions), this.#problem);
  }

  draw({ uri, title, live, blocks }: Runbook): void {
    this.#uri = uri;
    const name = decodeURIComponentSafe(uri.split('/').at(-1) ?? '');
    say(this.#title, shown(title ?? name, 200));
    this.#live.checked = live;
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const zones = [...new Set([zoneName(), 'UTC', own])];
    if (this.#zone.dataset['of'] !== zones.join(' ')) {
      this.#zone.dataset['of'] = zones.join(' ');
      this.#zone.replaceChildren(...zones.map((zone) => make('option', '', { value: zone }, `Times in ${zone}`)));
    }
    this.#zone.value = zoneName();
    this.running(blocks.filter(isLive).length, blocks.length);
  }

  running(running: number, all: number): void {
    say(this.#count, all === 0 ? 'no blocks' : `${running} of ${all} running`);
    set(this.#stop, { disabled: running === 0 });
  }

  #choose(redraw: () => void): void {
    const { value } = this.#past;
    set(this.#since, { hidden: value !== 'since' });
    if (value === 'since') {
      const at = instant(this.#since.value);
      setPast(at === null ? { kind: 'all' } : { kind: 'since', seconds: at / 1_000 });
    } else {
      setPast(value === 'all' ? { kind: 'all' } : { kind: 'last', seconds: Number(value) });
    }
    redraw();
  }

  #ask(command: string, args: Record<string, unknown> = {}): void {
    this.#refuse(null);
    const asked = this.#host.ask(command, { uri: this.#uri, ...args });
    asked?.catch((error: unknown) => this.#refuse(reason(error)));
  }

  #refuse(why: string | null): void {
    set(this.#problem, { hidden: why === null });
    say(this.#problem, why === null ? '' : shownLines(why, 600));
  }
}

function button(sign: Icon, label: string, title: string, press: () => void): HTMLButtonElement {
  const made = make('button', 'hw-button', { type: 'button', title }, icon(sign), make('span', 'hw-label', {}, label));
  made.onclick = press;
  return made;
}

function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
