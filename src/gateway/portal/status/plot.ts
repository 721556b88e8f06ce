/**
 * Draws the history of a service: a sparkline in a table row, and a chart with axes and the states of the circuit. A chart
 * library is not used, because the plots must work without scripts and use the colours of the page.
 */
import { type Html, html } from '../../../http/page/html.ts';
import { INTERVAL, type Point } from './history.ts';
import { CIRCUIT_LABELS } from './service-state.ts';

export interface Series {
  readonly title: string;
  readonly of: (point: Point) => number | undefined;
  readonly write: (value: number) => string;
  /** Unit after the numbers of the axis. */
  readonly unit: string;
  readonly kind: 'traffic' | 'failures' | 'latency';
  /** Whether points without calls have no value: then the line continues to the next value. */
  readonly hasGaps?: boolean;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  /** Maximum number of points. */
  readonly room: number;
}

const LINE = { width: 96, height: 26 };
const CHART = { width: 320, height: 112 };
/** Space for the labels of the axis. */
const GUTTER = 48;
/** Space above the plot for the highest label. */
const TOP = 8;

/** Five minutes. */
const POINTS_OF_LINE = 150;
/** One minute: a shorter history does not fill the width. */
const LEAST_ROOM = 30;
/** Share of the height that the highest value uses. */
const FULL = 0.88;
const BAND = 6;
const LABELS = 18;

/** Draws the last five minutes. Its label has the same information as text. */
export function sparkline(points: readonly Point[], series: Series): Html {
  const { width, height } = LINE;
  const shown = points.slice(-POINTS_OF_LINE);
  const kind = mostOf(shown, series) === 0 ? 'nothing' : series.kind;
  return html`<svg class="spark ${kind}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${inWords(shown, series)}">
<path d="${lineOf(shown, series, frameOf(LINE, shown), (mostOf(shown, series) || 1) / FULL)}"/></svg>`;
}

/**
 * Draws all points, which are ten minutes at most.
 * @param of basis of the values, if it is not the time span
 */
export function chart(points: readonly Point[], series: Series, of?: string): Html {
  const { width, height } = CHART;
  const frame = frameOf({ width: width - GUTTER, height }, points);
  const most = mostOf(points, series);
  const top = ceiling(most);
  const ticks = most === 0 ? [0] : [top, top / 2, 0];
  const yOf = (value: number) => round(height - (value / (top || 1)) * height);
  const span = `last ${minutes(frame.room)} min`;
  return html`<figure class="chart"><figcaption>${series.title} <small>${of ?? span}</small></figcaption>
<svg class="${most === 0 ? 'nothing' : series.kind}" viewBox="0 0 ${width} ${TOP + height + BAND + LABELS}" role="img" aria-label="${inWords(points, series)}">
<g transform="translate(${GUTTER} ${TOP})">
<path class="axis" d="${ticks.map((tick) => `M0 ${yOf(tick)}H${frame.width}`).join('')}"/>
<path d="${lineOf(points, series, frame, top || 1)}"/>
${statesOf(points, frame)}</g>
${ticks.map((tick) => html`<text x="${GUTTER - 6}" y="${TOP + yOf(tick) + 4}" text-anchor="end">${Number(tick.toPrecision(3))}${series.unit}</text>`)}
<text x="${GUTTER}" y="${TOP + height + BAND + LABELS - 4}">${minutes(frame.room)} min ago</text>
<text x="${width}" y="${TOP + height + BAND + LABELS - 4}" text-anchor="end">now</text>
</svg></figure>`;
}

/** Rounds up to 1, 2, 5, 10, 20, …, so that half of it is a simple number. */
function ceiling(most: number): number {
  if (most <= 0) return 0;
  const unit = 10 ** Math.floor(Math.log10(most));
  return unit * ([1, 2, 5].find((one) => one * unit >= most) ?? 10);
}

const frameOf = (size: Omit<Frame, 'room'>, points: readonly Point[]): Frame => ({
  ...size,
  room: Math.max(points.length, LEAST_ROOM),
});

const minutes = (points: number): number => Math.max(1, Math.round((points * INTERVAL) / 60_000));

const valuesOf = (points: readonly Point[], { of }: Series): number[] =>
  points.map(of).filter((value) => value !== undefined);

const mostOf = (points: readonly Point[], series: Series): number => Math.max(0, ...valuesOf(points, series));

function inWords(points: readonly Point[], series: Series): string {
  const values = valuesOf(points, series);
  const last = values.at(-1);
  if (last === undefined) return `${series.title}: no data yet`;
  return `${series.title}: ${series.write(last)} now, at most ${series.write(Math.max(...values))} in ${minutes(points.length)} min`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/**
 * Draws the line with the newest point at the right edge. Points without a value interrupt it.
 * @param top value at the upper edge
 */
function lineOf(
  points: readonly Point[],
  series: Series,
  { width, height, room }: Frame,
  top: number,
): string {
  const step = width / (room - 1);
  const first = width - (points.length - 1) * step;
  let isDrawn = false;
  return points
    .map((point, index) => {
      const value = series.of(point);
      if (value === undefined) {
        isDrawn &&= series.hasGaps === true;
        return '';
      }
      const place = `${round(first + index * step)} ${round(height - 1 - (value / top) * (height - 1))}`;
      // A single point is visible as well.
      const drawn = isDrawn ? `L${place}` : `M${place}h.1`;
      isDrawn = true;
      return drawn;
    })
    .join('');
}

/** Marks below the line when the circuit was not closed. */
function statesOf(points: readonly Point[], { width, height, room }: Frame): Html[] {
  const step = width / room;
  const first = width - points.length * step;
  const runs: { breaker: Point['breaker']; from: number; to: number }[] = [];
  for (const [index, { breaker }] of points.entries()) {
    const last = runs.at(-1);
    if (last?.breaker === breaker) last.to = index + 1;
    else runs.push({ breaker, from: index, to: index + 1 });
  }
  return runs
    .filter(({ breaker }) => breaker !== 'closed')
    .map(
      ({ breaker, from, to }) =>
        html`<rect class="band ${breaker}" x="${round(first + from * step)}" y="${height + 2}" width="${round((to - from) * step)}" height="${BAND}"><title>${CIRCUIT_LABELS[breaker]}</title></rect>`,
    );
}
