// The results of a runbook, for any page: an editor's webview, its Markdown preview, a served page.

export { Board } from './board.ts';
export { Card, type CardOptions } from './card.ts';
export { type Host, reason } from './host.ts';
export * from './protocol.ts';
export { printable, shown } from './text.ts';
