// The time zone in which times are said, one for the page: the server's, or what somebody has chosen.

import type { Runbook } from './protocol.ts';

/** A name of the IANA; undefined is this machine's. */
let zone: string | undefined;

/** True where it is another. */
export function setZone({ zone: name }: Pick<Runbook, 'zone'>): boolean {
  const next = name === undefined || name === 'local' || !isKnown(name) ? undefined : name;
  const changed = next !== zone;
  zone = next;
  return changed;
}

function isKnown(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export function zoneName(): string {
  return zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function isUtc(): boolean {
  return ['UTC', 'Etc/UTC', 'GMT', 'Etc/GMT'].includes(zoneName());
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone ?? ''} ${JSON.stringify(options)}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat('en-GB', { ...options, ...(zone === undefined ? {} : { timeZone: zone }) });
  formats.set(key, known);
  return known;
}

const said = (ms: number, options: Intl.DateTimeFormatOptions): string => (Number.isNaN(new Date(ms).getTime()) ? '' : format(options).format(ms));

/** `14:03:27`. */
export function clock(ms: number): string {
  return said(ms, { hourCycle: 'h23', hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

/** `14:03`. */
function short(ms: number): string {
  return said(ms, { hourCycle: 'h23', hour: '2-digit', minute: '2-digit' });
}

/** `1 Mar`; with its year where that is not this one. */
export function day(ms: number, now = Date.now()): string {
  const year = said(ms, { year: 'numeric' }) === said(now, { year: 'numeric' }) ? {} : { year: 'numeric' as const };
  return said(ms, { day: 'numeric', month: 'short', ...year });
}

/** `14:03:27`, and the day where that is not today. */
export function moment(ms: number, now = Date.now()): string {
  const when = day(ms, now);
  return when === day(now, now) ? clock(ms) : `${when}, ${clock(ms)}`;
}

/** What stands at the marks of an axis: times, and below them the day where it is another than before or than today. */
export function marks(times: number[], now = Date.now()): string[] {
  const step = Math.min(...times.slice(1).map((at, index) => at - (times[index] ?? at)));
  let before = day(now, now);
  return times.map((at) => {
    const here = day(at, now);
    const another = here !== before;
    before = here;
    if (times.length > 1 && step >= 86_400_000) {
      return here;
    }
    const time = times.length > 1 && step >= 60_000 && at % 60_000 === 0 ? short(at) : clock(at);
    return another ? `${time}\n${here}` : time;
  });
}

/** The same instant, as uPlot finds round times by: its parts are those of the zone. */
export function inZone(ms: number): Date {
  const at = new Date(ms);
  if (zone === undefined || Number.isNaN(at.getTime())) {
    return at;
  }
  const parts = Object.fromEntries(
    format({ hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' })
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<string, number>;
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return new Date(year, month - 1, day, hour, minute, second, at.getMilliseconds());
}

/** The instant that a wall clock of the zone shows as this (`2026-03-01T12:00`); null where it is none. */
export function instant(text: string): number | null {
  const wall = Date.parse(`${text}Z`);
  if (Number.isNaN(wall)) {
    return null;
  }
  // Twice, since the distance may be another there.
  const off = (ms: number) => Date.UTC(...partsOf(inZone(ms))) - ms;
  const near = wall - off(wall);
  return wall - off(near);
}

function partsOf(at: Date): [number, number, number, number, number, number] {
  return [at.getFullYear(), at.getMonth(), at.getDate(), at.getHours(), at.getMinutes(), at.getSeconds()];
}
