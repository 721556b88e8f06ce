/**
 * Who calls whom, as a picture: the gateway, a box for each service with how it is, a line to each as thick as its
 * traffic, and between services calls of their own, or else what their links lead to. Two drawings of the same, a wide
 * and a narrow one, as text that is scaled down to a phone cannot be read.
 */
import { type Html, html } from '../../http/page/html.ts';
import type { Point } from '../history.ts';
import { servicePath } from './discovery.ts';
import { rate } from './figures.ts';
import { type ServiceSnapshot, seen } from './service-state.ts';

/** Answers of `from` have links to resources of `to`. */
export interface Leading {
  readonly from: string;
  readonly to: string;
  readonly rels: readonly string[];
}

export interface PictureOptions {
  readonly services: readonly ServiceSnapshot[];
  readonly leading: readonly Leading[];
  /** What was last. */
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
  { name: 'narrow', columns: 2, box: { width: 140, height: 62 }, gap: { x: 26, y: 56 } },
];

const EDGE = 8;
const BAR = 40;
/** What the widest letters take. */
const LETTER = 9.2;

interface Box {
  readonly service: ServiceSnapshot;
  readonly x: number;
  readonly y: number;
  readonly row: number;
}

export const picture = (options: PictureOptions): Html =>
  html`${options.services.length > 0 && FORMATS.map((format) => draw(options, format))}`;

function draw({ services, leading, now }: PictureOptions, format: Format): Html {
  const { name, box, gap } = format;
  const columns = Math.min(format.columns, services.length);
  const between = linesBetween(services, leading);
  const boxes = services.map((service, index): Box => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    return {
      ...{ service, row },
      x: EDGE + gap.x + column * (box.width + gap.x),
      y: EDGE + BAR + gap.y + row * (box.height + gap.y),
    };
  });
  const width = 2 * EDGE + gap.x + columns * (box.width + gap.x);
  const height =
    EDGE + Math.max(...boxes.map(({ y }) => y)) + box.height + (between.length > 0 ? gap.y / 2 : 0);
  const bar = { x: EDGE + gap.x, width: width - 2 * (EDGE + gap.x) };
  const placeOf = new Map(boxes.map((one) => [one.service.name, one]));
  return html`<svg class="picture ${name}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group" aria-label="Who calls whom; the table below says the same">
<defs><marker id="arrow-${name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>
${boxes.map((one) => call(one, now(one.service.name), format))}
${between.map((one) => line(one, placeOf, format))}
<g class="gateway"><rect x="${bar.x}" y="${EDGE}" width="${bar.width}" height="${BAR}" rx="10"/>
<text x="${bar.x + bar.width / 2}" y="${EDGE + 25}" text-anchor="middle">gateway</text></g>
${boxes.map((one) => node(one, now(one.service.name), format))}
</svg>`;
}

/** From 1 for next to nothing to 6 for thousands a second. */
const thickness = (requests: number): number =>
  Math.min(6, 1 + Math.round(Math.log10(1 + requests) * 15) / 10);

/** Rows below the first are reached through the gap at their left. */
function call({ service, x, y, row }: Box, point: Point | undefined, { box, gap }: Format): Html {
  const top = EDGE + BAR;
  const [middle, gutter] = [x + box.width / 2, x - gap.x / 2];
  const path =
    row === 0
      ? `M${middle} ${top}V${y - 1}`
      : `M${Math.max(gutter, EDGE + gap.x + 14)} ${top}C${gutter} ${top + gap.y / 2} ${gutter} ${top + gap.y / 2} ${gutter} ${top + gap.y}V${y + box.height / 2}H${x - 1}`;
  const failing = (point?.failures ?? 0) > 0 ? ' failing' : '';
  return html`<path class="call ${service.breaker}${failing}" d="${path}" stroke-width="${thickness(point?.requests ?? 0)}"/>`;
}

interface Between {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  readonly title: string;
}

/** Calls last, so that they lie on top. */
function linesBetween(services: readonly ServiceSnapshot[], leading: readonly Leading[]): readonly Between[] {
  const calls = services.flatMap(({ name: from, dependencies = [] }) =>
    dependencies.map((one) => ({
      ...{ from, to: one.name, kind: `call-to ${one.status}` },
      title: `${from} calls ${one.name}: ${seen(one)}`,
    })),
  );
  const leads = leading
    .filter(({ from, to }) => !calls.some((call) => call.from === from && call.to === to))
    .map(({ from, to, rels }) => ({
      ...{ from, to, kind: 'lead-to' },
      title: `${from} leads to ${to}: ${rels.join(', ')}`,
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
  const { box, gap, name } = format;
  const centre = ({ x }: Box) => x + box.width / 2;
  const isBeside = a.row === b.row && Math.abs(a.x - b.x) === box.width + gap.x;
  const isLeft = a.x < b.x;
  const below = a.y + box.height;
  const path = isBeside
    ? `M${isLeft ? a.x + box.width : a.x} ${a.y + box.height / 2}H${isLeft ? b.x : b.x + box.width}`
    : a.row === b.row
      ? `M${centre(a)} ${below}C${centre(a)} ${below + gap.y / 2} ${centre(b)} ${below + gap.y / 2} ${centre(b)} ${below}`
      : a.row < b.row
        ? `M${centre(a)} ${below}C${centre(a)} ${below + gap.y} ${centre(b)} ${b.y - gap.y} ${centre(b)} ${b.y}`
        : `M${centre(a)} ${a.y}C${centre(a)} ${a.y - gap.y} ${centre(b)} ${b.y + box.height + gap.y} ${centre(b)} ${b.y + box.height}`;
  return html`<path class="${kind}" d="${path}" marker-end="url(#arrow-${name})"><title>${title}</title></path>`;
}

const MARK = {
  closed: 'M6 0a6 6 0 1 0 .1 0z',
  'half-open': 'M6 0 12 11H0z',
  open: 'M1 1h10v10H1z',
} as const;

function node({ service, x, y }: Box, point: Point | undefined, { box }: Format): Html {
  const { name, breaker } = service;
  const room = Math.floor((box.width - 40) / LETTER);
  const short = shortened(name, room);
  const said = breaker === 'closed' ? rate(point?.requests ?? 0) : SHORT[breaker];
  // Whoever hears it hears what is seen: the text is its name.
  return html`<a href="${servicePath(name)}" class="node ${breaker}">
<rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="10">${short !== name && html`<title>${name}</title>`}</rect>
<path d="${MARK[breaker]}" transform="translate(${x + 14} ${y + 16})"/>
<text x="${x + 34}" y="${y + 27}">${short}</text>
<text class="said" x="${x + 34}" y="${y + 47}">${said}</text></a>`;
}

/** What names have in common is at their beginning more often than not, so both ends stay. */
function shortened(name: string, most: number): string {
  if (name.length <= most) return name;
  const end = Math.floor((most - 1) / 2);
  return `${name.slice(0, most - 1 - end)}…${name.slice(-end)}`;
}

const SHORT = { open: 'paused', 'half-open': 'tried again' } as const;
