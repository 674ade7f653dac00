// What charts over time share: zoom by dragging and by keys, a cursor that arrow keys move, a shaded ground
// behind open windows.

import type uPlot from 'uplot';

import { chosenPast } from '../past.ts';
import { span, zoomed } from './data.ts';

/** All of the time, unless the user has chosen a part. */
export interface Zoom {
  range: [number, number] | null;
  changed: () => void;
}

const MOVES: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };

/** uPlot's own zoom sets the scale; it is remembered, so that new data does not take it back. */
export function rememberZoom(zoom: Zoom): Partial<uPlot.Hooks.Arrays> {
  return {
    setSelect: [
      (plot) => {
        if (plot.select.width > 0) {
          zoom.range = [plot.posToVal(plot.select.left, 'x'), plot.posToVal(plot.select.left + plot.select.width, 'x')];
          zoom.changed();
        }
      },
    ],
  };
}

/** The scale of times. */
export function timeScale(zoom: Zoom, width = 0): uPlot.Scale {
  return { time: true, range: (_, min, max) => zoom.range ?? chosenPast(span(min, max === null ? max : max + width)) };
}

/** Shows all of it again. */
export function unzoom(plot: uPlot, zoom: Zoom): void {
  zoom.range = null;
  zoom.changed();
  plot.setData(plot.data);
}

/** True where the key was for the chart. */
export function chartKey(plot: uPlot, zoom: Zoom, key: string): boolean {
  const times = plot.data[0] as number[];
  const all = chosenPast(span(times[0] ?? null, times.at(-1) ?? null));
  if (key === 'Escape') {
    const hadCursor = (plot.cursor.left ?? -1) >= 0;
    plot.setCursor({ left: -10, top: -10 });
    if (!hadCursor && zoom.range) {
      unzoom(plot, zoom);
      return true;
    }
    return hadCursor;
  }
  if (key === '0' && zoom.range) {
    unzoom(plot, zoom);
    return true;
  }
  if (['+', '=', '-'].includes(key)) {
    const now = zoom.range ?? all;
    const around = times[plot.cursor.idx ?? -1] ?? (now[0] + now[1]) / 2;
    zoom.range = zoomed(now, all, around, key === '-' ? 2 : 0.5);
    zoom.changed();
    plot.setData(plot.data);
    return true;
  }
  const move = MOVES[key];
  if (move === undefined || times.length === 0) {
    return false;
  }
  const seen = zoom.range ?? all;
  const inside = times.flatMap((at, index) => (at >= seen[0] && at <= seen[1] ? [index] : []));
  const [first, last] = [inside[0] ?? 0, inside.at(-1) ?? times.length - 1];
  const active = (plot.cursor.left ?? -1) >= 0 ? plot.cursor.idx : null;
  const next = active === null || active === undefined ? last : Math.min(last, Math.max(first, active + move));
  plot.setCursor({ left: Math.max(0, plot.valToPos(times[next] ?? 0, 'x')), top: plot.over.clientHeight / 2 });
  return true;
}

/** Values that may still change stand on a shaded ground, behind a dashed line. */
export function shadeFrom(plot: uPlot, from: number | undefined, color: string, line: string): void {
  if (from === undefined) {
    return;
  }
  const { left, top, width, height } = plot.bbox;
  const start = Math.min(left + width, Math.max(left, plot.valToPos(from, 'x', true)));
  const { ctx } = plot;
  ctx.save();
  ctx.fillStyle = color;
  ctx.fillRect(start, top, Math.max(2, left + width - start), height);
  ctx.strokeStyle = line;
  ctx.setLineDash([4, 4]);
  ctx.beginPath();
  ctx.moveTo(start, top);
  ctx.lineTo(start, top + height);
  ctx.stroke();
  ctx.restore();
}
