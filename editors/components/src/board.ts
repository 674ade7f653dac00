// All blocks of a runbook, in its order: parameters and buttons above, then a card each. Draws at most once a
// frame, and only the cards that are seen.

import { Card } from './card.ts';
import { followTheme } from './colors.ts';
import { make, say, set } from './dom.ts';
import type { Host } from './host.ts';
import { closeMenu } from './menu.ts';
import { Params } from './params.ts';
import type { BlockResults, Runbook, Said } from './protocol.ts';
import { drawSaid } from './said.ts';
import { fileName, standalone } from './still/page.ts';
import { Toolbar } from './toolbar.ts';
import { setZone } from './zone.ts';

/** Cards just beyond the screen are drawn too, so that scrolling finds them ready. */
const BEYOND = '300px';

/** Events are announced together, for readers that would stumble. */
const ANNOUNCE_MS = 500;

export class Board {
  readonly #root: HTMLElement;
  readonly #host: Host;
  readonly #toolbar: Toolbar;
  readonly #params: Params;
  readonly #cardsRoot = make('div', 'hw-cards');
  readonly #saidRoot = make('div');
  readonly #hint = make('p', 'hw-hint', {}, 'Run a block of the runbook to see its results here.');
  readonly #voice = make('div', 'hw-spoken', { role: 'status' });
  readonly #cards = new Map<string, Card>();
  readonly #pending = new Map<string, BlockResults>();
  /** What is not seen, and has not been drawn since its last results. */
  readonly #undrawn = new Set<Card>();
  readonly #seen = new Set<Element>();
  readonly #watch: IntersectionObserver;
  readonly #room: ResizeObserver;
  readonly #unwatchTheme: () => void;
  readonly #announced: string[] = [];
  #voiceTimer: ReturnType<typeof setTimeout> | undefined;
  #frame: number | undefined;
  #width = 0;
  #runbook: Runbook | undefined;

  constructor(root: HTMLElement, host: Host) {
    this.#host = host;
    this.#root = make('div', 'hw hw-board');
    root.append(this.#root);
    this.#toolbar = new Toolbar(this.#root, host, () => this.#keep(), () => this.#cards.forEach((card) => card.refit()));
    this.#params = new Params(this.#root, host);
    this.#root.append(this.#saidRoot, this.#hint, this.#cardsRoot, this.#voice);
    this.#watch = new IntersectionObserver((entries) => this.#look(entries), { rootMargin: BEYOND });
    this.#room = new ResizeObserver(() => this.#fit());
    this.#room.observe(this.#cardsRoot);
    this.#unwatchTheme = followTheme(this.#root, () => this.#cards.forEach((card) => card.refit()));
  }

  runbook(of: Runbook): void {
    if (this.#runbook && this.#runbook.uri !== of.uri) {
      this.#clear();
    }
    this.#runbook = of;
    if (setZone(of)) {
      this.#cards.forEach((card) => card.refit());
    }
    this.#toolbar.draw(of);
    this.#params.draw(of.uri, of.params);
    const names = new Set(of.blocks.map(({ block }) => block));
    [...this.#cards.keys()].filter((name) => !names.has(name)).forEach((name) => this.remove(name));
    of.blocks.forEach((block) => this.#card(block.block).block(of.uri, block));
    this.#arrange();
  }

  /** Above the cards, until somebody closes it. */
  said(said: Said): void {
    const root = drawSaid(said, this.#runbook?.uri ?? '', this.#host, () => this.#saidRoot.replaceChildren());
    this.#saidRoot.replaceChildren(root);
    // It may come a while after it was asked for: who types elsewhere by then is not disturbed.
    root.scrollIntoView({ block: 'nearest' });
  }

  results(of: BlockResults): void {
    const known = this.#runbook;
    if (known && (known.uri !== of.uri || !known.blocks.some(({ block }) => block === of.block))) {
      return;
    }
    this.#pending.set(of.block, of);
    this.#frame ??= requestAnimationFrame(() => this.#draw());
  }

  remove(block: string): void {
    const card = this.#cards.get(block);
    if (card) {
      this.#watch.unobserve(card.root);
      this.#seen.delete(card.root);
      card.dispose();
      this.#cards.delete(block);
      this.#undrawn.delete(card);
    }
    this.#pending.delete(block);
    set(this.#hint, { hidden: this.#cards.size > 0 });
  }

  /** Brings a block's card to where it is seen, and marks it. */
  focus(block: string): void {
    this.#root.querySelector('.hw-current')?.classList.remove('hw-current');
    const card = this.#cards.get(block);
    card?.root.classList.add('hw-current');
    // What stands above it on the screen gets its height only when it is drawn.
    for (let turn = 0; card && turn < 3; turn += 1) {
      card.root.scrollIntoView({ block: 'nearest' });
      this.#drawSeen((root) => {
        const { top, bottom } = root.getBoundingClientRect();
        return bottom > 0 && top < window.innerHeight;
      });
    }
    card?.root.scrollIntoView({ block: 'nearest' });
  }

  dispose(): void {
    this.#clear();
    closeMenu();
    cancelAnimationFrame(this.#frame ?? 0);
    clearTimeout(this.#voiceTimer);
    this.#watch.disconnect();
    this.#room.disconnect();
    this.#unwatchTheme();
    this.#root.remove();
  }

  #clear(): void {
    [...this.#cards.keys()].forEach((name) => this.remove(name));
    this.#runbook = undefined;
  }

  #card(name: string): Card {
    const known = this.#cards.get(name);
    if (known) {
      return known;
    }
    const card = new Card(this.#cardsRoot, this.#host, { announce: (text) => this.#announce(text) });
    this.#cards.set(name, card);
    this.#watch.observe(card.root);
    set(this.#hint, { hidden: true });
    return card;
  }

  /** In the order of the runbook; before it is known, of the text. */
  #arrange(): void {
    const lines = new Map(this.#runbook?.blocks.map(({ block }, index) => [block, index]));
    const place = (card: Card) => lines.get(card.name) ?? card.present?.range.start.line ?? 0;
    [...this.#cards.values()]
      .sort((a, b) => place(a) - place(b))
      .forEach((card, index) => {
        const there = this.#cardsRoot.children[index];
        if (there !== card.root) {
          this.#cardsRoot.insertBefore(card.root, there ?? null);
        }
      });
  }

  #draw(): void {
    this.#frame = undefined;
    const before = this.#cards.size;
    for (const [name, results] of this.#pending) {
      const card = this.#card(name);
      const seen = this.#seen.has(card.root);
      card.results(results, seen);
      if (!seen) {
        this.#undrawn.add(card);
      }
    }
    this.#pending.clear();
    this.#drawSeen((root) => this.#seen.has(root));
    if (this.#cards.size > before) {
      this.#arrange();
    }
    this.#count();
  }

  #drawSeen(isSeen: (root: HTMLElement) => boolean): void {
    for (const card of this.#undrawn) {
      if (isSeen(card.root)) {
        this.#undrawn.delete(card);
        card.draw();
      }
    }
  }

  #count(): void {
    const states = [...this.#cards.values()].map((card) => card.state);
    this.#toolbar.running(states.filter((state) => state === 'starting' || state === 'running').length, states.length);
  }

  #look(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) {
        this.#seen.add(target);
      } else {
        this.#seen.delete(target);
      }
    }
    this.#host.seen?.([...this.#cards.values()].filter(({ root }) => this.#seen.has(root)).map(({ name }) => name));
    if (this.#undrawn.size > 0) {
      this.#frame ??= requestAnimationFrame(() => this.#draw());
    }
  }

  #fit(): void {
    const width = this.#cardsRoot.clientWidth;
    if (width !== this.#width && width > 0) {
      this.#width = width;
      this.#cards.forEach((card) => card.refit());
    }
  }

  #announce(text: string): void {
    this.#announced.push(text);
    this.#voiceTimer ??= setTimeout(() => {
      this.#voiceTimer = undefined;
      const some = this.#announced.splice(0);
      say(this.#voice, some.length > 4 ? `${some.length} blocks have changed` : some.join('. '));
    }, ANNOUNCE_MS);
  }

  /** The present state as a page of its own. */
  #keep(): void {
    const cards = [...this.#cardsRoot.children].flatMap((root) => [...this.#cards.values()].filter((card) => card.root === root));
    const blocks = cards.flatMap((card) => this.#pending.get(card.name) ?? card.present ?? []);
    const title = this.#runbook?.title ?? this.#runbook?.uri.split('/').at(-1) ?? 'Headwater';
    this.#host.save(`${fileName(title)}.html`, standalone(title, this.#runbook?.params ?? [], blocks, new Date()));
  }
}
