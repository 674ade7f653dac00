// Plays the first minute with a runbook in VS Code and films it: Run, live results at the lines and in the panel, a
// value pressed to filter by it. A drive of vscode/test/e2e/run.sh, which `animation.sh` calls: leaves numbered pictures,
// ten a second, in the folder FRAMES.

import { mkdirSync, writeFileSync } from 'node:fs';

import { launch, lens, openRunbook, report, trust } from '../vscode/test/e2e/start.mjs';

const [address, runbook, picture] = process.argv.slice(2);
const FRAMES = process.env.FRAMES;
const FRAME_MS = 100;
const SIZE = { width: 1180, height: 800 };

/** The shop's incident comes back by the clock; it is filmed while it lasts. */
const CYCLE_MS = 75_000;
const INCIDENT_MS = 46_000;

const folder = runbook.slice(0, runbook.lastIndexOf('/'));
mkdirSync(`${folder}/.vscode`, { recursive: true });
writeFileSync(`${folder}/.vscode/settings.json`, JSON.stringify({
  'breadcrumbs.enabled': false,
  'editor.fontSize': 14,
  'editor.folding': false,
  'editor.inlayHints.enabled': 'off',
  'editor.lineNumbersMinChars': 3,
  'editor.occurrencesHighlight': 'off',
  'editor.renderLineHighlight': 'none',
  'editor.scrollbar.vertical': 'hidden',
  'editor.wordWrap': 'off',
  'window.commandCenter': false,
  'workbench.activityBar.location': 'hidden',
  'workbench.layoutControl.enabled': false,
}));

const { browser, page } = await launch(SIZE);

/** Where the pointer is. */
let at = { x: SIZE.width * 0.42, y: SIZE.height * 0.62 };

/** Takes a picture of what is on the screen ten times a second, from when it is told to. */
class Film {
  #shown;
  #frames = [];
  #session;
  #timer;

  async begin() {
    this.#session = await page.context().newCDPSession(page);
    this.#session.on('Page.screencastFrame', ({ data, sessionId }) => {
      this.#shown = data;
      void this.#session.send('Page.screencastFrameAck', { sessionId });
    });
    await this.#session.send('Page.startScreencast', { format: 'png', everyNthFrame: 1 });
    while (this.#shown === undefined) {
      await page.mouse.move(at.x, at.y);
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    this.#timer = setInterval(() => this.#frames.push(this.#shown), FRAME_MS);
  }

  /** For so long the viewer looks. */
  look(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  async end() {
    clearInterval(this.#timer);
    await this.#session.send('Page.stopScreencast');
    mkdirSync(FRAMES, { recursive: true });
    this.#frames.forEach((data, index) => writeFileSync(`${FRAMES}/${String(index).padStart(4, '0')}.png`, Buffer.from(data, 'base64')));
    return this.#frames.length;
  }
}

/** A browser without a screen has no pointer: this one is drawn. */
async function drawPointer() {
  await page.evaluate(() => {
    const pointer = document.createElement('div');
    pointer.id = 'pointer';
    pointer.style.cssText = 'position:fixed;left:0;top:0;z-index:100000;pointer-events:none;width:22px;height:22px';
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 22 22');
    const arrow = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    arrow.setAttribute('d', 'M3 2v15l4-3.6 2.6 6 2.6-1.1-2.6-5.8H15z');
    arrow.setAttribute('fill', '#fff');
    arrow.setAttribute('stroke', '#000');
    const ring = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
    ring.setAttribute('cx', '3');
    ring.setAttribute('cy', '2');
    ring.setAttribute('r', '11');
    ring.setAttribute('fill', '#59a4f955');
    ring.setAttribute('stroke', '#59a4f9');
    ring.style.display = 'none';
    svg.style.overflow = 'visible';
    svg.append(ring, arrow);
    pointer.append(svg);
    document.body.append(pointer);
  });
}

/** Moves as a hand does: fast, then slowly. */
async function moveTo(target) {
  const box = await target.boundingBox();
  const to = { x: box.x + Math.min(box.width / 2, 40), y: box.y + box.height / 2 };
  const from = at;
  const begun = performance.now();
  const lasts = 350 + Math.hypot(to.x - from.x, to.y - from.y) / 3;
  for (let part = 0; part < 1; ) {
    part = Math.min(1, (performance.now() - begun) / lasts);
    const eased = 1 - (1 - part) ** 3;
    at = { x: from.x + (to.x - from.x) * eased, y: from.y + (to.y - from.y) * eased };
    await page.mouse.move(at.x, at.y);
    await page.evaluate(({ x, y }) => {
      document.getElementById('pointer').style.transform = `translate(${x - 3}px, ${y - 2}px)`;
      return new Promise(requestAnimationFrame);
    }, at);
  }
}

async function press(target, film) {
  await moveTo(target);
  const ring = (display) => page.evaluate((display) => { document.querySelector('#pointer circle').style.display = display; }, display);
  await film.look(150);
  await ring('');
  await film.look(200);
  await page.mouse.down();
  await page.mouse.up();
  await film.look(150);
  await ring('none');
}

async function command(name) {
  await page.keyboard.press('F1');
  await page.keyboard.type(name);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().waitFor();
  await page.keyboard.press('Enter');
}

await report(browser, page, picture, async (ok) => {
  await openRunbook(page, address, runbook);
  await lens(page, 'Run').first().click();
  await trust(page);
  await page.locator('.view-line', { hasText: 'Where, and since when' }).first().click();
  await command('Turn Live Mode On or Off');
  await page.locator('.statusbar-item', { hasText: 'live' }).waitFor();
  await page.getByRole('button', { name: 'Show Results' }).first().click();
  const panel = page.frameLocator('iframe.webview').frameLocator('iframe');
  const card = (name) => panel.locator('.hw-card', { hasText: name }).first();
  await card('customers').waitFor();
  ok('the runbook and its panel are open');

  await drawPointer();
  await page.waitForTimeout((CYCLE_MS + INCIDENT_MS - (Date.now() % CYCLE_MS)) % CYCLE_MS);
  const film = new Film();
  await film.begin();
  await film.look(700);
  await press(lens(page, 'Run').first(), film);
  await card('latency').locator('canvas').waitFor();
  await film.look(2_200);
  await press(lens(page, 'Run').last(), film);
  await card('customers').locator('[role=row]').nth(6).waitFor();
  await film.look(1_800);
  await press(card('customers').locator('[role=gridcell]', { hasText: 'gold' }).first(), film);
  // Rows move: it may be another's by the time that it is pressed.
  const only = panel.getByRole('menuitem', { name: /^Only/ });
  const value = (await only.innerText()).replace('Only ', '').trim();
  await film.look(400);
  await press(only, film);
  await page.locator('.view-line', { hasText: `where customer.tier == "${value}"` }).first().waitFor();
  await film.look(3_000);
  const frames = await film.end();
  ok(`${frames} frames`);
  await page.screenshot({ path: picture });
});
