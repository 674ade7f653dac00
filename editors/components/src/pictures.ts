// Makes the picture of a kind.

import { Chart } from './chart/chart.ts';
import type { Kind, Picture } from './picture.ts';
import { Nothing, Plain } from './plain.ts';
import { Grid } from './rows/table.ts';
import type { Asking } from './rows/values.ts';

export function pictureOf(kind: Kind, parent: HTMLElement, asking: Asking): Picture {
  switch (kind) {
    case 'chart':
      return new Chart(parent);
    case 'table':
      return new Grid(parent, asking);
    case 'nothing':
      return new Nothing(parent);
    default:
      return new Plain(parent);
  }
}
