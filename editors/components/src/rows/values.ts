// What can be done with a value that is shown: filter the block by it, follow it through the runbook, copy it.

import { type Item, showMenu } from '../menu.ts';
import { COMMANDS } from '../protocol.ts';
import { shown } from '../text.ts';
import { isWhole, literal } from './data.ts';

/** What a picture may ask for, of the block that it shows. */
export interface Asking {
  ask(command: string, args: Record<string, unknown>): void;
  copy(text: string): void;
}

const ROUNDED = 'It is shown rounded or cut, so that no event has just this value.';

export function valueItems(field: string, text: string | null, type: string, asking: Asking): Item[] {
  const value = literal(text, type);
  const word = text === null ? 'nothing' : shown(text, 40);
  const inexact = isWhole(text, type) ? {} : { disabled: ROUNDED };
  const items: Item[] = [
    { label: text === null ? 'Only events without it' : `Only ${word}`, ...inexact, take: () => asking.ask(COMMANDS.filter, { field, value }) },
  ];
  if (text !== null) {
    items.push(
      { label: `Follow ${word} through the runbook`, ...inexact, take: () => asking.ask(COMMANDS.follow, { field, value }) },
      { label: 'Copy', take: () => asking.copy(text) },
    );
  }
  return items;
}

export function showValueMenu(field: string, text: string | null, type: string, asking: Asking, at: Element): void {
  const within = at.closest<HTMLElement>('.hw') ?? document.body;
  showMenu(shown(field, 60), valueItems(field, text, type, asking), at.getBoundingClientRect(), within);
}
