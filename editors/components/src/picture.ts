// What every picture of a block's results can do, and which one fits.

import { MAX_STANDING } from './bars/data.ts';
import type { BlockResults } from './protocol.ts';

export interface Picture {
  /** Into the element that it was made in. */
  draw(results: BlockResults): void;
  /** The room or the theme's colours have changed. */
  refit?(): void;
  dispose?(): void;
}

export type Kind = 'chart' | 'bars' | 'columns' | 'pie' | 'card' | 'heatmap' | 'histogram' | 'log' | 'table' | 'text' | 'nothing';

/** As what results are drawn; a picture that did not come as data is shown as the server's text. */
export function kindOf(results: BlockResults): Kind {
  const { figure, series, table } = results;
  if (figure && (figure.kind !== 'log' || table)) {
    return figure.kind === 'columns' && figure.labels.length > MAX_STANDING ? 'bars' : figure.kind;
  }
  if (series && series.x.length > 0) {
    return 'chart';
  }
  const ownTable = results.shape === undefined || results.shape === 'table' || results.shape === 'log' || results.shape === 'chart';
  if (table && table.columns.length > 0 && (ownTable || results.view.length === 0)) {
    return 'table';
  }
  return results.view.length > 0 ? 'text' : 'nothing';
}

/** The rows behind a picture can be looked at instead of it. */
export function hasRows(results: BlockResults): boolean {
  return kindOf(results) !== 'table' && (results.table?.columns.length ?? 0) > 0;
}
