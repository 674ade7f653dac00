// What can be done with a value that is shown: only these, not these, follow it through the runbook, copy it.

import { type Item, showMenu } from '../menu.ts';
import { COMMANDS } from '../protocol.ts';
import { shown } from '../text.ts';
import { isWhole, literal } from './data.ts';

/** What a picture may ask for, of the block that it shows. */
export interface Asking {
  ask(command: string, args: Record<string, unknown>): void;
  copy(text: string): void;
  /** The page can only show: nothing is asked for, and values have no menu. */
  quiet?: boolean;
}

const ROUNDED = 'It is shown rounded or cut, and no parameter can be set to that.';

/** The server knows which value is meant by a text that it has sent; a parameter is set to the text itself. */
export function valueItems(field: string, text: string | null, type: string, asking: Asking): Item[] {
  if (text === null) {
    return [
      { label: 'Only events without it', take: () => asking.ask(COMMANDS.filter, { field, value: null }) },
      { label: 'Only events that have it', take: () => asking.ask(COMMANDS.filter, { field, value: null, except: true }) },
    ];
  }
  const word = shown(text, 40);
  const inexact = isWhole(text, type) ? {} : { disabled: ROUNDED };
  return [
    { label: `Only ${word}`, take: () => asking.ask(COMMANDS.filter, { field, value: text }) },
    { label: `Not ${word}`, take: () => asking.ask(COMMANDS.filter, { field, value: text, except: true }) },
    { label: `Follow ${word} through the runbook`, ...inexact, take: () => asking.ask(COMMANDS.follow, { field, value: literal(text, type) }) },
    { label: 'Copy', take: () => asking.copy(text) },
  ];
}

export function showValueMenu(field: string, text: string | null, type: string, asking: Asking, at: Element): void {
  if (asking.quiet) {
    return;
  }
  showMenu(shown(field, 60), valueItems(field, text, type, asking), at);
}
