// The few signs on buttons, 16 by 16, in the colour of the text beside them.

import { svg } from './dom.ts';

const FILLED = {
  run: 'M4 2.5v11l9-5.5z',
  stop: 'M3.5 3.5h9v9h-9z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  more: 'M2 6.7h2.6v2.6H2zM6.7 6.7h2.6v2.6H6.7zM11.4 6.7H14v2.6h-2.6z',
};

const DRAWN = {
  runAll: 'M2.5 3v10l6-5zM8.5 3v10l6-5z',
  pin: 'M6 1.5h4l-.5 5 2.5 2.5H4l2.5-2.5zM8 9v5.5',
  explain: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.3v4M8 4.8v.4',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  save: 'M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11',
  rows: 'M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11M6.5 6.5v6',
  chart: 'M2.5 2v11.5H14M4.5 10.5l3-4 2.5 2 3.5-5',
  zoomOut: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3 14 14M5 7h4',
  reset: 'M3 8a5 5 0 1 0 1.6-3.7M3 2.5v3h3',
  close: 'M4 4l8 8M12 4l-8 8',
};

export type Icon = keyof typeof FILLED | keyof typeof DRAWN;

export function icon(name: Icon): SVGElement {
  const filled = name in FILLED;
  const path = svg('path', { d: { ...FILLED, ...DRAWN }[name], class: filled ? 'hw-filled' : 'hw-drawn' });
  return svg('svg', { viewBox: '0 0 16 16', class: 'hw-icon', 'aria-hidden': 'true', focusable: 'false' }, path);
}
