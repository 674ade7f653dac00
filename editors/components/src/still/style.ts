// The looks of a page that is kept: light or dark as its reader's system is. Its colours are those of style/tokens.css.

const LIGHT = ['#1c50a7', '#a4932e', '#97271b', '#4892a8', '#5a1069', '#c26576', '#697b1a', '#6e446a', '#321698', '#875ca5', '#ba8466', '#6c170e'];
const DARK = ['#689ef6', '#f6e78b', '#ce6050', '#95daf0', '#ab67bb', '#f698a7', '#aec26c', '#ba8eb5', '#7474ef', '#cea3ee', '#f7c0a2', '#dc8274'];

/** A series' colour, which all that it is drawn by takes from `--c`. */
const colors = (of: string[]) => of.map((color, index) => `.s${index + 1}{--c:${color}}`).join('');

export const STYLE = `
:root{color-scheme:light dark;--text:#1d2430;--muted:#5b6577;--ground:#fff;--grid:#e2e6ec;--open:#1f6fd014;--heat:#1f6fd0;--error:#b3261e;--warning:#8a5a00}
${colors(LIGHT)}
@media (prefers-color-scheme:dark){:root{--text:#dde3ec;--muted:#9aa5b5;--ground:#14181f;--grid:#2b323d;--open:#5aa9ff1c;--heat:#5aa9ff;--error:#ff8a80;--warning:#e6b450}
${colors(DARK)}}
body{margin:24px auto;max-width:920px;padding:0 20px;background:var(--ground);color:var(--text);font:14px/1.5 system-ui,sans-serif}
h1{font-size:1.5em;margin:0}h2{font-size:1.1em;margin:28px 0 2px}
.when,.summary,.legend,svg text{color:var(--muted);fill:var(--muted)}.summary{margin:0 0 8px}
svg{width:100%;height:auto;font-size:11px}
.grid{stroke:var(--grid)}.missing{stroke:var(--muted);stroke-width:1;fill:none}rect.open{fill:var(--open)}
.line{fill:none;stroke:var(--c);stroke-width:1.75;stroke-linejoin:round}.dashed{stroke-dasharray:5 4}
.full,.column{fill:var(--c)}circle.hollow{fill:var(--ground);stroke:var(--c);stroke-width:1.75}.column.hollow{fill:var(--open);stroke:var(--c);stroke-dasharray:4 3}.heat{fill:var(--heat)}
.legend,.params,.notices{list-style:none;margin:4px 0;padding:0;display:flex;flex-wrap:wrap;gap:2px 16px}
.legend i{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px;background:var(--c)}
.bars{width:100%;font:inherit}.bars th{width:1%;text-align:right;font-weight:400;color:inherit;border:0}.bars td>div{display:flex;align-items:center;gap:8px;height:20px}
.bars i{height:15px;min-width:1px;background:var(--c);border:1.5px solid var(--c);border-radius:0 2px 2px 0;box-sizing:border-box}.bars i.hollow{background:var(--open);border-style:dashed}
.figures{display:flex;flex-wrap:wrap;gap:8px 32px}.figures>div{width:150px;display:flex;flex-direction:column;color:var(--muted)}.figures b{font-size:2em;line-height:1.2;color:var(--text)}.figures svg{height:28px}
.notices{display:block}.error{color:var(--error)}.warning{color:var(--warning)}
.scroll{overflow-x:auto}table{border-collapse:collapse;font:12px/1.5 ui-monospace,monospace}
th,td{text-align:left;padding:1px 14px 1px 0;white-space:pre;unicode-bidi:isolate}th{color:var(--muted);border-bottom:1px solid var(--grid)}.number{text-align:right}
tr.open{font-style:italic;color:var(--muted)}pre{font:12px/1.3 ui-monospace,monospace;overflow-x:auto}details{color:var(--muted)}
@media print{body{max-width:none}.scroll{overflow:visible}}
`;
