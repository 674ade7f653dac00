// The colours of lines can be told apart, in light and dark, also by eyes that see fewer.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const css = readFileSync(new URL('../style/tokens.css', import.meta.url), 'utf8');
const [light = '', dark = ''] = css.split(":where(.hw[data-theme='dark'])");
const colors = (of: string) => Array.from({ length: 12 }, (_, at) => new RegExp(`--hw-series-${at + 1}: (#[0-9a-f]{6})`).exec(of)?.[1] ?? '');
const ground = (of: string) => /--hw-ground: (#[0-9a-f]{6})/.exec(of)?.[1] ?? '';

type Three = [number, number, number];
const linear = (hex: string): Three =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as Three;
const times = (rows: Three[], [r, g, b]: Three): Three => rows.map(([x, y, z]) => x * r + y * g + z * b) as Three;

/** Machado, Oliveira and Fernandes (2009), in full: red, green and blue blindness. */
const EYES: Record<string, Three[]> = {
  usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

/** OKLab, in which distances are as they are seen. */
function seen(rgb: Three): Three {
  const clear = rgb.map((part) => Math.min(1, Math.max(0, part))) as Three;
  const lms = times([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]], clear).map(Math.cbrt) as Three;
  return times([[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099], [0.0259040371, 0.7827717662, -0.808675766]], lms);
}

const luminance = ([r, g, b]: Three) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

for (const [theme, of] of [['light', light], ['dark', dark]] as const) {
  for (const [eye, matrix] of Object.entries(EYES)) {
    test(`lines on a ${theme} ground differ to ${eye} eyes`, () => {
      const all = colors(of).map((color) => seen(times(matrix, linear(color))));
      let least = { distance: Infinity, pair: '' };
      all.forEach((one, at) => all.slice(0, at).forEach((other, before) => {
        const distance = Math.hypot(...one.map((part, index) => part - (other[index] ?? 0)));
        least = distance < least.distance ? { distance, pair: `${before + 1} and ${at + 1}` } : least;
      }));
      assert.ok(least.distance > 0.045, `${least.pair} are ${least.distance.toFixed(3)} apart`);
    });
  }
  test(`lines stand out from a ${theme} ground`, () => {
    const behind = luminance(linear(ground(of)));
    for (const color of colors(of)) {
      const own = luminance(linear(color));
      assert.ok((Math.max(own, behind) + 0.05) / (Math.min(own, behind) + 0.05) >= 3, color);
    }
  });
}
