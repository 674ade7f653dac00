// Draws what a terminal shows (the output of `tmux capture-pane -e -p`, read from standard input) as a picture.
// usage: node terminal.mjs OUT.png COLUMNS TITLE [BACKGROUND]

import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const { chromium } = createRequire(`${process.env.PLAYWRIGHT}/`)('playwright-core');
const [out, columns, title, background] = process.argv.slice(2);

const BACKGROUND = background ?? '#1b1d23';
const FOREGROUND = '#d7dae0';
const PALETTE = ['#3b4048', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#c8ccd4',
  '#6b7280', '#f0818a', '#b0d890', '#f0d399', '#82c4ff', '#d89aea', '#7fd1db', '#ffffff'];

function indexed(n) {
  if (n < 16) return PALETTE[n];
  if (n >= 232) return `rgb(${Array(3).fill(8 + (n - 232) * 10).join()})`;
  const level = (k) => (k === 0 ? 0 : 55 + k * 40);
  return `rgb(${[Math.floor((n - 16) / 36), Math.floor((n - 16) / 6) % 6, (n - 16) % 6].map(level).join()})`;
}

/** Applies one SGR sequence to a style. */
function apply(style, codes) {
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i];
    if (code === 0) style = {};
    else if (code === 1) style = { ...style, bold: true };
    else if (code === 2) style = { ...style, dim: true };
    else if (code === 3) style = { ...style, italic: true };
    else if (code === 4) style = { ...style, underline: true };
    else if (code === 7) style = { ...style, inverse: true };
    else if (code === 22) style = { ...style, bold: false, dim: false };
    else if (code === 23) style = { ...style, italic: false };
    else if (code === 24) style = { ...style, underline: false };
    else if (code === 27) style = { ...style, inverse: false };
    else if (code === 39) style = { ...style, fg: undefined };
    else if (code === 49) style = { ...style, bg: undefined };
    else if (code === 38 || code === 48) {
      const color = codes[i + 1] === 2 ? `rgb(${codes.slice(i + 2, i + 5).join()})` : indexed(codes[i + 2]);
      style = { ...style, [code === 38 ? 'fg' : 'bg']: color };
      i += codes[i + 1] === 2 ? 4 : 2;
    } else if (code >= 30 && code <= 37) style = { ...style, fg: PALETTE[code - 30] };
    else if (code >= 90 && code <= 97) style = { ...style, fg: PALETTE[code - 82] };
    else if (code >= 40 && code <= 47) style = { ...style, bg: PALETTE[code - 40] };
    else if (code >= 100 && code <= 107) style = { ...style, bg: PALETTE[code - 92] };
  }
  return style;
}

/** Lines of cells: a character and its style. */
function cells(ansi) {
  let style = {};
  return ansi.replace(/\n+$/, '').split('\n').map((line) => {
    const row = [];
    for (const [, codes, char] of line.matchAll(/\u001b\[([\d;:]*)m|\u001b[^m]*?[A-Za-ln-z]|([^\u001b\r\u000e\u000f])/gu)) {
      if (char) row.push([char, style]);
      else if (codes !== undefined) style = apply(style, (codes || '0').split(/[;:]/).map(Number));
    }
    return row;
  });
}

/** Runs in the page. Draws frames, bars and braille itself, as terminals do, so that they join between cells. */
function paint({ rows, columns, title, colors }) {
  const [width, height, pad, bar] = [9, 19, 14, 34];
  const canvas = document.createElement('canvas');
  const scale = window.devicePixelRatio;
  const size = [columns * width + 2 * pad, rows.length * height + 2 * pad + bar];
  [canvas.width, canvas.height] = size.map((side) => side * scale);
  [canvas.style.width, canvas.style.height] = size.map((side) => `${side}px`);
  document.body.append(canvas);
  const ctx = canvas.getContext('2d');
  ctx.scale(scale, scale);
  ctx.fillStyle = colors.background;
  ctx.beginPath();
  ctx.roundRect(0, 0, size[0], size[1], 9);
  ctx.fill();
  ['#ff5f57', '#febc2e', '#28c840'].forEach((color, index) => {
    ctx.fillStyle = color;
    ctx.beginPath();
    ctx.arc(20 + index * 20, bar / 2 + 2, 6, 0, 7);
    ctx.fill();
  });
  ctx.textBaseline = 'middle';
  ctx.font = '13px "DejaVu Sans Mono", monospace';
  ctx.fillStyle = '#8b909a';
  ctx.textAlign = 'center';
  ctx.fillText(title, size[0] / 2, bar / 2 + 3);
  ctx.textAlign = 'left';

  const eighth = (n) => n / 8;
  const draw = (char, x, y) => {
    const code = char.codePointAt(0);
    if (code >= 0x2800 && code <= 0x28ff) {
      const at = [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2], [0, 3], [1, 3]];
      at.forEach(([column, row], bit) => {
        if ((code >> bit) & 1) {
          ctx.beginPath();
          ctx.arc(x + (column + 0.5) * (width / 2), y + (row + 0.5) * (height / 4), 1.45, 0, 7);
          ctx.fill();
        }
      });
    } else if (code >= 0x2581 && code <= 0x2588) {
      const part = eighth(code - 0x2580) * height;
      ctx.fillRect(x, y + height - part, width, part);
    } else if (code >= 0x2589 && code <= 0x258f) {
      ctx.fillRect(x, y, eighth(0x2590 - code) * width, height);
    } else if (code === 0x2500 || code === 0x2502) {
      ctx.fillRect(code === 0x2500 ? x : x + width / 2 - 0.5, code === 0x2500 ? y + height / 2 - 0.5 : y, code === 0x2500 ? width : 1, code === 0x2500 ? 1 : height);
    } else if (char !== ' ') {
      ctx.fillText(char, x, y + height / 2 + 1);
    }
  };
  rows.forEach((row, line) => {
    row.forEach(([char, style], column) => {
      const [x, y] = [pad + column * width, bar + pad + line * height];
      let [fg, bg] = [style.fg ?? colors.foreground, style.bg];
      if (style.inverse) [fg, bg] = [bg ?? colors.background, fg];
      if (bg) {
        ctx.fillStyle = bg;
        ctx.fillRect(x, y, width + 0.5, height);
      }
      ctx.globalAlpha = style.dim ? 0.6 : 1;
      ctx.fillStyle = fg;
      ctx.font = `${style.italic ? 'italic ' : ''}${style.bold ? 'bold ' : ''}14.9px "DejaVu Sans Mono", monospace`;
      draw(char, x, y);
      if (style.underline) ctx.fillRect(x, y + height - 2, width, 1);
      ctx.globalAlpha = 1;
    });
  });
}

const rows = cells(await text(process.stdin));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync',
    '--disable-background-networking', '--disable-component-update'],
});
try {
  const page = await browser.newPage({ deviceScaleFactor: 1.5, viewport: { width: 1600, height: 1200 } });
  await page.setContent('<style>body { margin: 0; background: transparent } canvas { display: block }</style>');
  await page.evaluate(paint, { rows, columns: Number(columns), title, colors: { background: BACKGROUND, foreground: FOREGROUND } });
  await page.locator('canvas').screenshot({ path: out, omitBackground: true });
} finally {
  await browser.close();
}
