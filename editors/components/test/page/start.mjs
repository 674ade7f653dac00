// The components' page in a headless Chromium, under the strictest policy that a host may set.

import { createServer } from 'node:http';
import { createRequire } from 'node:module';

import { build } from 'esbuild';

const { chromium } = createRequire(`${process.env.PLAYWRIGHT}/`)('playwright-core');

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:";

async function bundle() {
  const { outputFiles } = await build({
    bundle: true, write: false, outdir: '/', platform: 'browser', format: 'iife', target: 'chrome120',
    entryPoints: [
      { in: new URL('main.ts', import.meta.url).pathname, out: 'page' },
      { in: new URL('../../style/components.css', import.meta.url).pathname, out: 'page' },
    ],
  });
  return new Map(outputFiles.map(({ path, text }) => [path, text]));
}

const PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Headwater</title><link rel="stylesheet" href="/page.css"><body><script src="/page.js"></script></body></html>';

/** A server on loopback with the page, and a browser that can open it. */
export async function start() {
  const files = await bundle();
  const types = { js: 'text/javascript', css: 'text/css' };
  const server = createServer(({ url }, answer) => {
    const file = files.get(url);
    const type = file === undefined ? 'text/html' : types[url.split('.').at(-1)];
    answer.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': POLICY });
    answer.end(file ?? PAGE);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync',
      '--disable-background-networking', '--disable-component-update'],
  });
  const address = `http://127.0.0.1:${server.address().port}/`;
  return {
    /** A page with a board, as this user's system is set up. */
    open: async (settings = {}) => {
      const page = await browser.newPage({ viewport: { width: 900, height: 1000 }, timezoneId: 'UTC', ...settings });
      page.setDefaultTimeout(15_000);
      await page.goto(address);
      await page.waitForFunction(() => window.board !== undefined);
      return page;
    },
    stop: async () => {
      await browser.close();
      server.close();
    },
  };
}

/** Fills the board, and waits until all of it that is seen has been drawn. */
export async function fill(page, runbook, blocks) {
  await page.evaluate(([runbook, blocks]) => {
    window.runbook(runbook);
    blocks.forEach((results) => window.results(results));
  }, [runbook, blocks]);
  await drawn(page);
}

/** What was sent has been drawn: frames later, and in every card that is on the screen. */
export async function drawn(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)))));
  await page.waitForFunction(() =>
    [...document.querySelectorAll('.hw-body-of-card[data-kind]:empty')].every((body) => {
      const { top, bottom } = body.getBoundingClientRect();
      return top > innerHeight || bottom < 0;
    }));
}
