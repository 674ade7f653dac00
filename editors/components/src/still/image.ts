// A block's results as a picture for a chat or a ticket: the page that is kept, drawn by the browser itself.

import type { BlockResults } from '../protocol.ts';
import { HTML, Markup, SVG, tag } from './html.ts';
import { bodyOf } from './page.ts';
import { STYLE } from './style.ts';

const WIDTH = 920;

/** A table of hundreds of rows is cut here; the page that is kept has them all. */
const MAX_HEIGHT = 4_000;

/** Sharp on a dense screen. */
const SCALE = 2;

/** As PNG. */
export async function image(title: string, results: BlockResults, at: Date): Promise<Blob> {
  // What it was asked by is long, and folded away on a page.
  const { source: _, ...shown } = results;
  const page = [tag('style', { xmlns: HTML }, new Markup(STYLE)), bodyOf(title, [], [shown], at)];
  const size = { width: WIDTH * SCALE, height: MAX_HEIGHT * SCALE, viewBox: `0 0 ${WIDTH} ${MAX_HEIGHT}` };
  const ground = tag('rect', { width: WIDTH, height: MAX_HEIGHT, style: 'fill:var(--ground)' });
  const svg = tag('svg', { xmlns: SVG, ...size }, ground, tag('foreignObject', { width: WIDTH, height: MAX_HEIGHT }, page)).text;
  const drawn = new Image();
  drawn.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await drawn.decode();
  return cut(drawn);
}

/** Without what is empty below. */
async function cut(drawn: HTMLImageElement): Promise<Blob> {
  const canvas = document.createElement('canvas');
  const draw = (height: number): CanvasRenderingContext2D => {
    [canvas.width, canvas.height] = [WIDTH * SCALE, height];
    const context = canvas.getContext('2d');
    if (!context) {
      throw new Error('this browser draws no picture');
    }
    context.drawImage(drawn, 0, 0);
    return context;
  };
  const { data } = draw(MAX_HEIGHT * SCALE).getImageData(0, 0, WIDTH * SCALE, MAX_HEIGHT * SCALE);
  const pixels = new Uint32Array(data.buffer);
  const ground = pixels[pixels.length - 1];
  let last = pixels.length - 1;
  while (last > 0 && pixels[last] === ground) {
    last -= 1;
  }
  const used = Math.ceil((last + 1) / (WIDTH * SCALE)) + 24 * SCALE;
  draw(Math.min(used, MAX_HEIGHT * SCALE));
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the browser made no picture'))), 'image/png');
  });
}
