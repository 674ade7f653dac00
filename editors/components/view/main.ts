// The page of `headwater view`: the runbook's text with a card under each block, parameters and buttons above. It
// hears the server by server-sent events and asks by POST.

import { Card } from '../src/card.ts';
import { followTheme } from '../src/colors.ts';
import { make, say, set } from '../src/dom.ts';
import type { Host } from '../src/host.ts';
import { Params } from '../src/params.ts';
import { type BlockResults, type Runbook, type Said, isSaid } from '../src/protocol.ts';
import { standalone } from '../src/still/page.ts';
import { Toolbar } from '../src/toolbar.ts';
import { drawSaid } from '../src/said.ts';
import { setZone } from '../src/zone.ts';

type News = { kind: 'runbook'; of: Runbook } | { kind: 'results'; of: BlockResults } | { kind: 'text' | 'gone'; of: null };

const top = document.getElementById('top') ?? document.body;
top.classList.add('hw');
const notice = make('p', 'hw-problem', { role: 'alert', hidden: true });
const cards = new Map<string, Card>();
const pending = new Map<string, BlockResults>();
let runbook: Runbook | undefined;
let frame: number | undefined;

const host: Host = {
  async ask(command, args) {
    const answer = await fetch('/ask', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ command, args }),
    });
    if (!answer.ok) {
      throw new Error((await answer.text()).trim());
    }
    const said: unknown = await answer.json();
    if (isSaid(said)) {
      explain(said);
    }
  },
  copy: (text) => void navigator.clipboard.writeText(text),
  save(name, text) {
    const link = make('a', '', { href: URL.createObjectURL(new Blob([text], { type: 'text/html' })), download: name });
    link.click();
    URL.revokeObjectURL(link.href);
  },
};

const toolbar = new Toolbar(top, host, keep, () => cards.forEach((card) => card.refit()));
const params = new Params(top, host);
top.append(notice);
followTheme(top, () => cards.forEach((card) => card.refit()));

/** A place for each block, by name, in the order of the text. */
for (const place of document.querySelectorAll<HTMLElement>('.place')) {
  const name = place.dataset['block'] ?? '';
  if (!cards.has(name)) {
    cards.set(name, new Card(place, host));
  }
}

const source = new EventSource('/events');
source.onmessage = ({ data }: MessageEvent<string>) => hear(JSON.parse(data) as News);
source.onopen = () => tell(null);
source.onerror = () => ended('Headwater has ended, or cannot be reached. What is shown is the last that it said.');

function hear(news: News): void {
  switch (news.kind) {
    case 'runbook':
      runbook = news.of;
      if (setZone(news.of)) {
        cards.forEach((card) => card.refit());
      }
      toolbar.draw(news.of);
      params.draw(news.of.uri, news.of.params);
      news.of.blocks.forEach((block) => cards.get(block.block)?.block(news.of.uri, block));
      break;
    case 'results':
      pending.set(news.of.block, news.of);
      frame ??= requestAnimationFrame(draw);
      break;
    case 'text':
      // The text is the server's to draw.
      location.reload();
      break;
    case 'gone':
      source.close();
      ended('Headwater has ended. What is shown is the last that it said.');
  }
}

/** Nothing goes on running that nobody runs. */
function ended(why: string): void {
  cards.forEach((card) => card.cutOff());
  toolbar.running(0, cards.size);
  tell(why);
}

function draw(): void {
  frame = undefined;
  for (const [name, results] of pending) {
    cards.get(name)?.results(results);
  }
  pending.clear();
  const states = [...cards.values()].map(({ state }) => state);
  toolbar.running(states.filter((state) => state === 'starting' || state === 'running').length, states.length);
}

function keep(): void {
  const results = [...cards.values()].flatMap(({ present }) => present ?? []);
  host.save('results.html', standalone(document.title, runbook?.params ?? [], results, new Date()));
}

function tell(what: string | null): void {
  set(notice, { hidden: what === null });
  say(notice, what ?? '');
}

function explain(said: Said): void {
  const dialog = make('dialog', 'hw explanation');
  dialog.append(drawSaid(said, runbook?.uri ?? '', host, () => dialog.close()));
  dialog.dataset['theme'] = top.dataset['theme'] ?? 'light';
  dialog.onclose = () => dialog.remove();
  document.body.append(dialog);
  dialog.showModal();
}
