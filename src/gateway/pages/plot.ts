/**
 * Small plots of how a service was: a line in a row of a table, and a chart with its axes and the states of the
 * circuit below it. Drawn here rather than by a library, as they must be there without a script and follow the colours
 * of the page.
 */
import { type Html, html } from '../../http/page/html.ts';
import { INTERVAL, type Point } from '../history.ts';
import { WORDS } from './service-state.ts';

export interface Series {
  readonly title: string;
  readonly of: (point: Point) => number | undefined;
  readonly write: (value: number) => string;
  readonly kind: 'traffic' | 'failures' | 'latency';
}

interface Frame {
  readonly width: number;
  readonly height: number;
  /** Points that it has room for. */
  readonly room: number;
}

const LINE = { width: 96, height: 26 };
const CHART = { width: 320, height: 96 };

/** Five minutes. */
const POINTS_OF_LINE = 150;
/** A minute: what is younger does not fill the width yet. */
const LEAST_ROOM = 30;
/** How much of the height the highest value takes. */
const FULL = 0.88;
const BAND = 6;
const LABELS = 18;

/** The last five minutes; what it says it also says in words. */
export function sparkline(points: readonly Point[], series: Series): Html {
  const { width, height } = LINE;
  const shown = points.slice(-POINTS_OF_LINE);
  const kind = mostOf(shown, series) === 0 ? 'nothing' : series.kind;
  return html`<svg class="spark ${kind}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${inWords(shown, series)}">
<path d="${lineOf(shown, series, frameOf(LINE, shown))}"/></svg>`;
}

/** All that there is, which is ten minutes at most. */
export function chart(points: readonly Point[], series: Series): Html {
  const { width, height } = CHART;
  const frame = frameOf(CHART, points);
  const most = mostOf(points, series);
  return html`<figure class="chart"><figcaption>${series.title}</figcaption>
<svg class="${series.kind}" viewBox="0 0 ${width} ${height + BAND + LABELS}" role="img" aria-label="${inWords(points, series)}">
<path class="axis" d="M0 ${round(height * (1 - FULL))}H${width}M0 ${height}H${width}"/>
<path d="${lineOf(points, series, frame)}"/>
${statesOf(points, frame)}
<text x="0" y="9">${most > 0 && series.write(most)}</text>
<text x="0" y="${height + BAND + LABELS - 4}">${minutes(frame.room)} min ago</text>
<text x="${width}" y="${height + BAND + LABELS - 4}" text-anchor="end">now</text>
</svg></figure>`;
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
  if (last === undefined) return `${series.title}: nothing yet`;
  return `${series.title}: ${series.write(last)} now, at most ${series.write(Math.max(...values))} in ${minutes(points.length)} min`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** The newest is at the right edge; where there is no value there is no line. */
function lineOf(points: readonly Point[], series: Series, { width, height, room }: Frame): string {
  const most = mostOf(points, series) || 1;
  const step = width / (room - 1);
  const first = width - (points.length - 1) * step;
  let isDrawn = false;
  return points
    .map((point, index) => {
      const value = series.of(point);
      const move = isDrawn ? 'L' : 'M';
      isDrawn = value !== undefined;
      if (value === undefined) return '';
      const [x, y] = [round(first + index * step), round(height - 1 - (value / most) * (height - 1) * FULL)];
      // A point by itself is seen as well.
      return move === 'M' ? `M${x} ${y}h.1` : `L${x} ${y}`;
    })
    .join('');
}

/** Under the line: when the circuit was not closed. */
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
        html`<rect class="band ${breaker}" x="${round(first + from * step)}" y="${height + 2}" width="${round((to - from) * step)}" height="${BAND}"><title>${WORDS[breaker]}</title></rect>`,
    );
}
