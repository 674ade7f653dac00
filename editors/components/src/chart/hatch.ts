// The ground where rows are missing: hatched, so that nobody takes it for silence.

import type uPlot from 'uplot';

/** Between two lines, in pixels of the screen. */
const APART = 7;

/** From one time to another, in milliseconds, each; a little wider, so that one instant is seen. */
export function hatch(plot: uPlot, gaps: readonly [number, number][], color: string): void {
  const { left, top, width, height } = plot.bbox;
  const { ctx } = plot;
  const scale = devicePixelRatio;
  const within = (x: number) => Math.min(left + width, Math.max(left, x));
  for (const [from, to] of gaps) {
    const start = within(plot.valToPos(from / 1_000, 'x', true) - 3 * scale);
    const end = within(plot.valToPos(to / 1_000, 'x', true) + 3 * scale);
    if (end <= start) {
      continue;
    }
    ctx.save();
    ctx.beginPath();
    ctx.rect(start, top, end - start, height);
    ctx.clip();
    ctx.strokeStyle = color;
    ctx.lineWidth = scale;
    ctx.beginPath();
    for (let x = start - height; x < end; x += APART * scale) {
      ctx.moveTo(x, top + height);
      ctx.lineTo(x + height, top);
    }
    ctx.stroke();
    ctx.restore();
  }
}

/** What is said at a time of which rows are missing. */
export function saidOf(gaps: readonly [number, number][], at: number): string {
  return gaps.some(([from, to]) => from <= at && at <= to) ? ' · rows are missing here' : '';
}
