// What the server explains: how some events differ from the rest, and how a block runs. As bars and columns, not as text.

import { make, set, style } from './dom.ts';
import { type Host, reason } from './host.ts';
import { type Difference, COMMANDS, type Plan, type Said } from './protocol.ts';
import { counted, shown, shownLines } from './text.ts';

/** Differences that are drawn at most: the ones below are smaller still. */
const MOST = 40;

/** Within a card, a panel or a dialog. `close` takes it away. */
export function drawSaid(said: Said, uri: string, host: Host, close: () => void): HTMLElement {
  const button = make('button', 'hw-button', { type: 'button' }, 'Close');
  button.onclick = close;
  const title = said.kind === 'plan' ? `How ${shown(said.block, 80)} runs` : 'What is different about these?';
  const problem = make('p', 'hw-problem', { role: 'alert', hidden: true });
  const refused = (error: unknown): void => {
    set(problem, { hidden: false });
    problem.textContent = shownLines(reason(error), 600);
  };
  const body = said.kind === 'plan' ? plan(said) : difference(said, (args) => void host.ask(COMMANDS.filter, { uri, position: said.position, ...args })?.catch(refused));
  const root = make('section', 'hw-said', { 'aria-label': title, tabindex: -1 }, make('header', 'hw-card-head', {}, make('h2', 'hw-title', {}, title), button), problem, ...body);
  root.onkeydown = (event) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    }
  };
  return root;
}

function difference({ filter, rows, restRows, nothing, found }: Difference, ask: (args: Record<string, unknown>) => void): HTMLElement[] {
  const counts = make('p', 'hw-summary', {}, `${counted(rows, 'recent event')} pass, ${restRows.toLocaleString('en-US')} do not.`);
  const head = [make('pre', 'hw-source', {}, shownLines(filter, 2_000)), counts];
  if (nothing) {
    return [...head, make('p', '', {}, shown(nothing))];
  }
  const lines = found.slice(0, MOST).map((one) => {
    const bar = (share: number | undefined, text: string, whose: string) => {
      const drawn = make('span', `hw-said-bar ${whose}`, { 'data-none': share === undefined });
      style(drawn, '--hw-share', (share ?? 0).toFixed(4));
      return make('td', '', {}, drawn, make('span', 'hw-said-share', {}, shown(text, 40)));
    };
    const name = make('th', '', { scope: 'row', title: one.field }, shown(one.field, 60));
    const what = make('td', 'hw-said-what', {}, shown(one.what, 80));
    const line = make('tr', '', {}, name, what, bar(one.shares?.[0], one.these, 'these'), bar(one.shares?.[1], one.rest, 'rest'));
    if (one.value !== undefined) {
      const only = make('button', 'hw-quiet', { type: 'button', title: `Only events of which ${one.field} is ${one.value}` }, 'Only');
      const not = make('button', 'hw-quiet', { type: 'button', title: `Only events of which ${one.field} is not ${one.value}` }, 'Not');
      only.onclick = () => ask({ field: one.field, value: one.value });
      not.onclick = () => ask({ field: one.field, value: one.value, except: true });
      line.append(make('td', '', {}, only, not));
    } else {
      line.append(make('td'));
    }
    return line;
  });
  const columns = ['field', '', 'these', 'the rest', ''].map((text) => make('th', '', { scope: 'col' }, text));
  const table = make('table', 'hw-said-table', {}, make('thead', '', {}, make('tr', '', {}, ...columns)), make('tbody', '', {}, ...lines));
  return [...head, table];
}

function plan({ before, after, changes, sharedWith, shared }: Plan): HTMLElement[] {
  const kept = new Set(before.split('\n').map((line) => line.trim()));
  const now = new Set(after.split('\n').map((line) => line.trim()));
  const stages = (text: string, other: Set<string>) => text.split('\n').map((line) => make('li', '', { 'data-changed': !other.has(line.trim()) }, shown(line, 400)));
  const column = (title: string, text: string, other: Set<string>) => make('div', '', {}, make('h3', '', {}, title), make('ol', 'hw-said-stages', {}, ...stages(text, other)));
  const parts: HTMLElement[] = [make('div', 'hw-said-plan', {}, column('As written', before, now), column('As it runs', after, kept))];
  if (changes.length > 0) {
    parts.push(make('ul', 'hw-said-changes', {}, ...changes.map((change) => make('li', '', {}, shown(change, 400)))));
  }
  const sharing = [
    shared ? `Shares ${shown(shared.condition, 200)} with ${shared.flows.join(', ')}.` : '',
    sharedWith.length > 0 ? `Shares the reading of its source with ${sharedWith.join(', ')}.` : '',
  ];
  return [...parts, ...sharing.filter(Boolean).map((text) => make('p', 'hw-summary', {}, shown(text, 600)))];
}
