/** The picture of a simulated policy: load and capacity above, lag below, over one time axis. SVG for light and dark pages. Pure. */
import type { ZoneFailure } from './fleet.ts';
import type { Minute } from './simulate.ts';
import { short } from './units.ts';

const WIDTH = 900;
const HEIGHT = 488;
const [LEFT, RIGHT] = [70, WIDTH - 20];
const LOAD = { top: 94, bottom: 274 };
const LAG = { top: 326, bottom: 436 };
/** Minutes a point: a pixel is no narrower. */
const MINUTES_A_POINT = 4;
const LATE_SECONDS = 60;

/** Every viewer of SVG knows classes; not all know variables of CSS. */
const PALETTES = {
  light: {
    ...{ page: '#ffffff', ink: '#1f2328', soft: '#59636e', grid: '#d8dee4' },
    ...{ load: '#0969da', capacity: '#bc4c00', lag: '#8250df', failed: '#cf222e' },
  },
  dark: {
    ...{ page: '#0d1117', ink: '#e6edf3', soft: '#9ea7b1', grid: '#30363d' },
    ...{ load: '#58a6ff', capacity: '#f0883e', lag: '#bc8cff', failed: '#ff7b72' },
  },
};

const STYLE = `
    text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
    .title { font-size: 16px; font-weight: 600; }
    .end { text-anchor: end; }
    .middle { text-anchor: middle; }
    .grid, .late { stroke-width: 1; }
    .late { stroke-dasharray: 4 4; }
    .load, .capacity { fill: none; }
    .load, .lag { stroke-width: 1.5; }
    .capacity { stroke-width: 1.5; stroke-opacity: 0.8; }
    .area, .failed { fill-opacity: 0.15; }
    .lag { fill-opacity: 0.3; }
${colours(PALETTES.light)}
    @media (prefers-color-scheme: dark) {
${colours(PALETTES.dark)}
    }`;

function colours({ page, ink, soft, grid, load, capacity, lag, failed }: typeof PALETTES.light): string {
  return [
    `.page { fill: ${page}; } text { fill: ${soft}; } .title, .named { fill: ${ink}; }`,
    `.grid { stroke: ${grid}; } .late { stroke: ${soft}; } .failed, .failed-name { fill: ${failed}; }`,
    `.area { fill: ${load}; } .load { stroke: ${load}; } .capacity { stroke: ${capacity}; } .lag { fill: ${lag}; stroke: ${lag}; }`,
  ]
    .map((line) => `    ${line}`)
    .join('\n');
}

export interface Picture {
  readonly title: string;
  readonly minutes: readonly Minute[];
  readonly failure: ZoneFailure | null;
}

export function picture({ title, minutes, failure }: Picture): string {
  const points = thinned(minutes);
  const hours = minutes.length / 60;
  const x = (minute: number): number => LEFT + ((RIGHT - LEFT) * minute) / minutes.length;
  const topRate = 1.05 * Math.max(...minutes.map(({ load, capacity }) => Math.max(load, capacity)));
  const worst = Math.max(...minutes.map(({ lagSeconds }) => lagSeconds));
  const lagUnit = worst > 300 ? { seconds: 60, name: 'min' } : { seconds: 1, name: 's' };
  const topLag = Math.max(worst * 1.05, 1.5 * LATE_SECONDS) / lagUnit.seconds;
  const rate = scale(LOAD, topRate);
  const lag = scale(LAG, topLag);
  const lagOf = (seconds: number): number => lag(seconds / lagUnit.seconds);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escaped(title)}">`,
    `  <style>${STYLE}\n  </style>`,
    `  <rect class="page" width="${WIDTH}" height="${HEIGHT}"/>`,
    text(16, 28, escaped(title), 'title'),
    ...legend(),
    ...(failure === null ? [] : failed(failure, x)),
    ...rateAxis(topRate, rate),
    ...lagAxis(topLag, lagUnit.name, lag),
    ...hourAxis(hours, x),
    `  <path class="area" d="${line(points, x, (one) => rate(one.load))}V${LOAD.bottom}H${LEFT}Z"/>`,
    `  <path class="capacity" d="${stairs(minutes, x, rate)}"/>`,
    `  <path class="load" d="${line(points, x, (one) => rate(one.load))}"/>`,
    `  <path class="lag" d="M${LEFT} ${LAG.bottom}L${line(points, x, (one) => lagOf(one.lagSeconds)).slice(1)}V${LAG.bottom}Z"/>`,
    ruler('late', lagOf(LATE_SECONDS)),
    text(RIGHT, lagOf(LATE_SECONDS) - 5, '60 s', 'end'),
    '</svg>',
    '',
  ].join('\n');
}

/** The means of the load and the worst of the lag of some minutes together, each at the middle of them. */
function thinned(minutes: readonly Minute[]): (Minute & { readonly at: number })[] {
  return Array.from({ length: Math.ceil(minutes.length / MINUTES_A_POINT) }, (_, index) => {
    const at = index * MINUTES_A_POINT;
    const some = minutes.slice(at, at + MINUTES_A_POINT);
    return {
      ...{ at: at + some.length / 2, capacity: 0, processes: 0 },
      load: some.reduce((sum, { load }) => sum + load, 0) / some.length,
      lagSeconds: Math.max(...some.map(({ lagSeconds }) => lagSeconds)),
    };
  });
}

function line<T extends { readonly at: number }>(
  points: readonly T[],
  x: (minute: number) => number,
  y: (point: T) => number,
): string {
  return `M${points.map((point) => `${digits(x(point.at))} ${digits(y(point))}`).join('L')}`;
}

/** Capacity changes at once. */
function stairs(
  minutes: readonly Minute[],
  x: (minute: number) => number,
  y: (rate: number) => number,
): string {
  let path = `M${LEFT} ${digits(y(minutes[0]?.capacity ?? 0))}`;
  for (const [index, { capacity }] of minutes.entries()) {
    if (capacity !== (minutes[index - 1] ?? minutes[0])?.capacity) {
      path += `H${digits(x(index))}V${digits(y(capacity))}`;
    }
  }
  return `${path}H${RIGHT}`;
}

function legend(): string[] {
  const y = 52;
  const sample = (at: number, kind: string): string =>
    `  <line class="${kind}" x1="${at}" x2="${at + 22}" y1="${y - 4}" y2="${y - 4}"/>`;
  return [
    ...[sample(16, 'load'), text(44, y, 'load', 'named')],
    ...[sample(96, 'capacity'), text(124, y, 'capacity: processes that own a partition', 'named')],
    ...[sample(396, 'lag'), text(424, y, 'lag of the worst partition', 'named')],
  ];
}

function failed({ begin, end }: ZoneFailure, x: (minute: number) => number): string[] {
  const [left, right] = [x(begin / 60), x(end / 60)];
  const box = ({ top, bottom }: typeof LOAD): string =>
    `  <rect class="failed" x="${digits(left)}" y="${top}" width="${digits(right - left)}" height="${bottom - top}"/>`;
  return [
    box(LOAD),
    box(LAG),
    text((left + right) / 2, LOAD.top - 6, 'a zone is away', 'failed-name middle'),
  ];
}

function rateAxis(top: number, y: (rate: number) => number): string[] {
  return [
    text(LEFT, LOAD.top - 10, 'spans/s', ''),
    ...ticks(top, 4).flatMap((value) => [
      ruler('grid', y(value)),
      text(LEFT - 8, y(value) + 4, short(value), 'end'),
    ]),
  ];
}

function lagAxis(top: number, unit: string, y: (lag: number) => number): string[] {
  return [
    text(LEFT, LAG.top - 10, `lag, ${unit}`, ''),
    ...ticks(top, 3).flatMap((value) => [
      ruler('grid', y(value)),
      text(LEFT - 8, y(value) + 4, String(value), 'end'),
    ]),
  ];
}

function hourAxis(hours: number, x: (minute: number) => number): string[] {
  return Array.from({ length: Math.floor(hours / 6) + 1 }, (_, index) => {
    const at = x(index * 360);
    const name = `${String((index * 6) % 24).padStart(2, '0')}:00`;
    const anchor = index === 0 ? '' : index * 6 === hours ? 'end' : 'middle';
    const tick = `  <line class="grid" x1="${digits(at)}" x2="${digits(at)}" y1="${LAG.bottom}" y2="${LAG.bottom + 5}"/>`;
    return [tick, text(at, LAG.bottom + 20, name, anchor)].join('\n');
  }).concat(text((LEFT + RIGHT) / 2, LAG.bottom + 40, 'time of day', 'middle'));
}

/** Round values from 0 up to `top`, about `count` of them. */
export function ticks(top: number, count: number): number[] {
  const raw = top / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5].find((one) => one * power >= raw) ?? 10) * power;
  return Array.from({ length: Math.floor(top / step + 1e-9) + 1 }, (_, index) =>
    Number((index * step).toPrecision(6)),
  );
}

const scale =
  ({ top, bottom }: typeof LOAD, most: number) =>
  (value: number): number =>
    bottom - ((bottom - top) * value) / most;

const ruler = (kind: string, y: number): string =>
  `  <line class="${kind}" x1="${LEFT}" x2="${RIGHT}" y1="${digits(y)}" y2="${digits(y)}"/>`;

const text = (x: number, y: number, words: string, kind: string): string =>
  `  <text x="${digits(x)}" y="${digits(y)}"${kind === '' ? '' : ` class="${kind}"`}>${words}</text>`;

const digits = (value: number): string => String(Math.round(value * 10) / 10);

const escaped = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
