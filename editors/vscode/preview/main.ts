// In the Markdown preview: each block's results under its text. The extension puts them into the page as data
// (see src/preview.ts), anew with each update, so places are looked up again after each.

import { type BlockResults, Card } from '../../components/src/index.ts';
import { followEditorTheme } from '../panel/theme.ts';

/** A preview has no way back to the editor: cards here are bare. */
const host = { ask: () => undefined, copy: () => undefined, save: () => undefined };
const cards = new Map<string, Card>();

function draw(): void {
  const places = [...document.querySelectorAll<HTMLElement>('.headwater-results[data-results]')];
  const present = new Set<string>();
  for (const place of places) {
    const results = JSON.parse(place.dataset['results'] ?? '') as BlockResults;
    present.add(results.block);
    let card = cards.get(results.block);
    if (!card) {
      // What stands there for pages without scripts.
      place.replaceChildren();
      card = new Card(place, host, { bare: true });
      cards.set(results.block, card);
    } else if (card.root.parentElement !== place) {
      place.replaceChildren(card.root);
    }
    card.results(results);
  }
  for (const [block, card] of cards) {
    if (!present.has(block)) {
      card.dispose();
      cards.delete(block);
    }
  }
}

followEditorTheme();
window.addEventListener('vscode.markdown.updateContent', draw);
draw();
