// Makes the picture of a kind.

import { Figures } from './bars/figures.ts';
import { Lying } from './bars/lying.ts';
import { Standing } from './bars/standing.ts';
import { Chart } from './chart/chart.ts';
import { Heat } from './chart/heatmap.ts';
import type { Kind, Picture } from './picture.ts';
import { Nothing, Plain } from './plain.ts';
import { LogView } from './rows/log.ts';
import { Grid } from './rows/table.ts';
import type { Asking } from './rows/values.ts';

export function pictureOf(kind: Kind, parent: HTMLElement, asking: Asking): Picture {
  switch (kind) {
    case 'chart':
      return new Chart(parent);
    case 'bars':
    case 'pie':
      return new Lying(parent);
    case 'columns':
    case 'histogram':
      return new Standing(parent);
    case 'card':
      return new Figures(parent);
    case 'heatmap':
      return new Heat(parent);
    case 'log':
      return new LogView(parent, asking);
    case 'table':
      return new Grid(parent, asking);
    case 'nothing':
      return new Nothing(parent);
    case 'text':
      return new Plain(parent);
  }
}
