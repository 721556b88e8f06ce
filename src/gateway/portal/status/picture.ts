/**
 * Draws the calls between services: the gateway, a box with the state of each service, a line to each with a width by
 * traffic, and calls or links between services. There is a wide and a narrow drawing, because text that is scaled down to
 * a phone is not readable.
 */
import type { Html } from '../../../http/page/html.ts';
import { html } from '../../../http/page/html.ts';
import { breakerForMostClients } from '../../../outbound/target-snapshot.ts';
import { servicePath } from '../discovery/discovery.ts';
import type { Point } from './history.ts';
import { rate } from './number-format.ts';
import { dependencyLabel, type ServiceSnapshot } from './service-state.ts';

/** Responses of `from` have links to resources of `to`. */
export interface LinkDependency {
  readonly from: string;
  readonly to: string;
  readonly rels: readonly string[];
}

export interface PictureOptions {
  readonly services: readonly ServiceSnapshot[];
  readonly linkDependencies: readonly LinkDependency[];
  /** The latest point of a service. */
  readonly now: (service: string) => Point | undefined;
}

interface Format {
  readonly name: 'wide' | 'narrow';
  readonly columns: number;
  readonly box: { readonly width: number; readonly height: number };
  readonly gap: { readonly x: number; readonly y: number };
}

const FORMATS: readonly Format[] = [
  { name: 'wide', columns: 4, box: { width: 190, height: 62 }, gap: { x: 64, y: 64 } },
  { name: 'narrow', columns: 2, box: { width: 150, height: 62 }, gap: { x: 26, y: 56 } },
];

const EDGE = 8;
const BAR = 40;
/** Space for the mark at the left of a name, and a margin at the right. */
const TEXT = { left: 34, right: 6 };

interface Box {
  readonly service: ServiceSnapshot;
  readonly x: number;
  readonly y: number;
  readonly row: number;
}

export const picture = (options: PictureOptions): Html =>
  html`${options.services.length > 0 && FORMATS.map((format) => draw(options, format))}`;

function draw({ services, linkDependencies, now }: PictureOptions, format: Format): Html {
  const { name, box, gap } = format;
  const columns = Math.min(format.columns, services.length);
  const rows = Math.ceil(services.length / columns);
  const between = linesBetween(services, linkDependencies);
  const boxes = services.map((service, index): Box => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    return {
      service,
      row,
      x: EDGE + gap.x + column * (box.width + gap.x),
      y: EDGE + BAR + gap.y + row * (box.height + gap.y),
    };
  });
  const width = 2 * EDGE + gap.x + columns * (box.width + gap.x);
  const height =
    EDGE + Math.max(...boxes.map(({ y }) => y)) + box.height + (between.length > 0 ? gap.y / 2 : 0);
  const bar = { x: EDGE + gap.x, width: width - 2 * (EDGE + gap.x) };
  const placeOf = new Map(boxes.map((one) => [one.service.name, one]));
  return html`<svg class="picture ${name}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group" aria-label="Diagram of the calls between services; the table below has the same information">
<defs><marker id="arrow-${name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>
${boxes.map((one) => call(one, now(one.service.name), rows, format))}
${between.map((one) => line(one, placeOf, format))}
<g class="gateway"><rect x="${bar.x}" y="${EDGE}" width="${bar.width}" height="${BAR}" rx="10"/>
<text x="${bar.x + bar.width / 2}" y="${EDGE + 25}" text-anchor="middle">gateway</text></g>
${boxes.map((one) => node(one, now(one.service.name), format))}
</svg>`;
}

/** From 1 for almost no traffic to 6 for thousands of calls per second. */
const thickness = (requests: number): number =>
  Math.min(6, 1 + Math.round(Math.log10(1 + requests) * 15) / 10);

/** Lines to lower rows go through the gap at the left of the box, each at a different position. */
function call(
  { service, x, y, row }: Box,
  point: Point | undefined,
  rows: number,
  { box, gap }: Format,
): Html {
  const top = EDGE + BAR;
  const [middle, gutter] = [x + box.width / 2, Math.round(x - (gap.x * row) / rows)];
  const path =
    row === 0
      ? `M${middle} ${top}V${y - 1}`
      : `M${Math.max(gutter, EDGE + gap.x + 14)} ${top}C${gutter} ${top + gap.y / 2} ${gutter} ${top + gap.y / 2} ${gutter} ${top + gap.y}V${y + box.height / 2}H${x - 1}`;
  const failing = (point?.failures ?? 0) > 0 ? ' failing' : '';
  return html`<path class="call ${breakerForMostClients(service)}${failing}" d="${path}" stroke-width="${thickness(point?.requests ?? 0)}"/>`;
}

interface Between {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  readonly title: string;
}

/** Calls are drawn last, on top of links. */
function linesBetween(
  services: readonly ServiceSnapshot[],
  linkDependencies: readonly LinkDependency[],
): readonly Between[] {
  const calls = services.flatMap(({ name: from, dependencies = [] }) =>
    dependencies.map((one) => ({
      from,
      to: one.name,
      kind: `call-to ${one.status}`,
      title: `${from} calls ${one.name}: ${dependencyLabel(one)}`,
    })),
  );
  const leads = linkDependencies
    .filter(({ from, to }) => !calls.some((call) => call.from === from && call.to === to))
    .map(({ from, to, rels }) => ({
      from,
      to,
      kind: 'lead-to',
      title: `${from} links to ${to}: ${rels.join(', ')}`,
    }));
  return [...leads, ...calls];
}

function line(
  { from, to, kind, title }: Between,
  places: ReadonlyMap<string, Box>,
  format: Format,
): Html | false {
  const [a, b] = [places.get(from), places.get(to)];
  if (!a || !b) return false;
  return html`<path class="${kind}" d="${route(a, b, format)}" marker-end="url(#arrow-${format.name})"><title>${title}</title></path>`;
}

/**
 * Lines in opposite directions, and lines that pass the same box, never overlap. The middle of the left side is the end of
 * the line from the gateway.
 */
function route(a: Box, b: Box, { box, gap }: Format): string {
  const isForth = a.row === b.row ? a.x < b.x : a.row < b.row;
  const sign = isForth ? 1 : -1;
  const across = (one: Box, part: number) => Math.round(one.x + box.width * part);
  const down = (one: Box, part: number) => Math.round(one.y + box.height * part);
  if (a.row === b.row && Math.abs(a.x - b.x) === box.width + gap.x)
    return isForth
      ? `M${a.x + box.width} ${down(a, 0.3)}H${b.x}`
      : `M${a.x} ${down(a, 0.7)}H${b.x + box.width}`;
  if (a.row === b.row) {
    // The line back is inside the line forth.
    const [part, depth] = isForth ? [0.12, gap.y / 2] : [0.26, gap.y * 0.3];
    const [left, right] = [0.5 + part, 0.5 - part];
    const [from, to] = isForth ? [across(a, left), across(b, right)] : [across(a, right), across(b, left)];
    const [y, deep] = [a.y + box.height, Math.round(a.y + box.height + depth)];
    return `M${from} ${y}C${from} ${deep} ${to} ${deep} ${to} ${y}`;
  }
  if (a.x === b.x && Math.abs(a.row - b.row) > 1) {
    // A straight line would look like a line of the box in between.
    const x = a.x + box.width;
    const [part, reach] = isForth ? [0.85, x + gap.x * 0.6] : [0.5, x + gap.x];
    const [from, to, out] = [down(a, part), down(b, 1 - part), Math.round(reach)];
    return `M${x} ${from}C${out} ${from} ${out} ${to} ${x} ${to}`;
  }
  const [from, to] = [across(a, 0.5 - sign * 0.05), across(b, 0.5 - sign * 0.05)];
  const [start, end] = isForth ? [a.y + box.height, b.y] : [a.y, b.y + box.height];
  return `M${from} ${start}C${from} ${start + sign * gap.y} ${to} ${end - sign * gap.y} ${to} ${end}`;
}

const MARK = {
  closed: 'M6 0a6 6 0 1 0 .1 0z',
  'half-open': 'M6 0 12 11H0z',
  open: 'M1 1h10v10H1z',
} as const;

function node({ service, x, y }: Box, point: Point | undefined, { box }: Format): Html {
  const { name } = service;
  const breaker = breakerForMostClients(service);
  const short = shortened(name, box.width - TEXT.left - TEXT.right);
  const said = breaker === 'closed' ? rate(point?.requests ?? 0) : SHORT[breaker];
  // Screen readers read the visible text as the name of the link.
  return html`<a href="${servicePath(name)}" class="node ${breaker}">
<rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="10">${short !== name && html`<title>${name}</title>`}</rect>
<path d="${MARK[breaker]}" transform="translate(${x + 14} ${y + 16})"/>
<text x="${x + TEXT.left}" y="${y + 27}">${short}</text>
<text class="said" x="${x + TEXT.left}" y="${y + 47}">${said}</text></a>`;
}

/** Shortens in the middle: names often share a prefix, so the end has to stay. */
function shortened(name: string, room: number): string {
  let short = name;
  for (let length = name.length - 1; length > 0 && widthOf(short) > room; length--) {
    const end = Math.floor(length / 2);
    short = `${name.slice(0, length - end)}…${name.slice(name.length - end)}`;
  }
  return short;
}

/** Upper limit of the width, for the widest likely font: the actual font is not known here. */
const widthOf = (text: string): number =>
  [...text].reduce((all, letter) => all + (WIDTHS.find(([letters]) => letters.test(letter))?.[1] ?? 10.8), 0);

const WIDTHS = [
  [/[mw…]/, 15.6],
  [/[filrtj-]/, 7.4],
] as const;

const SHORT = { open: 'paused', 'half-open': 'tried again' } as const;
