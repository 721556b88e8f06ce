/** The drawing on `/status`: lines do not overlap, and names fit. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import request from 'supertest';
import { describeInBrowser, openWatched } from '../../../support/browser.ts';
import { pagesApp } from '../../../support/pages-app.ts';

const quiet = { inFlight: 0, queued: 0, requests: 0, failures: 0, retries: 0, retriesRefused: 0 };
const known = { recentFailures: [], droppedLinks: 0, faults: [], hasContract: true, instances: [] };
const appOf = (names: readonly string[], dependenciesOf: (name: string) => readonly string[] = () => []) =>
  pagesApp({
    status: () =>
      names.map((name) => ({
        name,
        breaker: 'closed' as const,
        ...quiet,
        ...known,
        dependencies: dependenciesOf(name).map((to) => ({ name: to, status: 'pass' as const })),
      })),
  });

type Spot = readonly [x: number, y: number];

/** Straight segments have two points, curves have two control points in addition. */
function piecesOf(path: string): readonly (readonly Spot[])[] {
  let at: Spot = [0, 0];
  return [...path.matchAll(/([MVHC])([^MVHC]*)/g)].flatMap(([, command, rest = '']) => {
    const numbers = rest.trim().split(/[ ,]+/).map(Number);
    const [x = 0, y = 0] = at;
    const [first = 0] = numbers;
    const piece: Spot[] = [at];
    if (command === 'H') piece.push([first, y]);
    else if (command === 'V') piece.push([x, first]);
    else for (let i = 0; i < numbers.length; i += 2) piece.push([numbers[i] ?? 0, numbers[i + 1] ?? 0]);
    at = piece.at(-1) as Spot;
    return command === 'M' ? [] : [piece];
  });
}

const isStraight = (piece: readonly Spot[], axis: 0 | 1) =>
  piece.every((spot) => spot[axis] === piece[0]?.[axis]);

/** Whether one line overlaps the other. */
function coincide(one: readonly Spot[], other: readonly Spot[]): boolean {
  for (const axis of [0, 1] as const)
    if (isStraight(one, axis) && isStraight(other, axis)) {
      const [a, b] = [one, other].map((piece) => piece.map((spot) => spot[1 - axis] ?? 0)) as [
        number[],
        number[],
      ];
      const isSameLine = Math.abs((one[0]?.[axis] ?? 0) - (other[0]?.[axis] ?? 0)) < 3;
      return isSameLine && Math.min(...a) < Math.max(...b) && Math.min(...b) < Math.max(...a);
    }
  const written = JSON.stringify(other);
  return JSON.stringify(one) === written || JSON.stringify([...one].reverse()) === written;
}

it.each([2, 4, 9, 13])('No line overlaps another when each of %d services calls each', async (count) => {
  const names = Array.from({ length: count }, (_, index) => `s${index}`);
  const app = appOf(names, (name) => names.filter((other) => other !== name));
  const { text } = await request(app).get('/status').set('Accept', 'text/html');
  const pictures = [...text.matchAll(/<svg class="picture.*?<\/svg>/gs)].map(([one]) => one);
  expect(pictures).toHaveLength(2);
  for (const drawn of pictures) {
    const paths = [...drawn.matchAll(/<path class="call[^"]*" d="([^"]+)"/g)].map(([, path = '']) => path);
    expect(paths).toHaveLength(count + count * (count - 1));
    const pieces = paths.map(piecesOf);
    const hidden = pieces.flatMap((one, index) =>
      pieces
        .slice(index + 1)
        .flatMap((other, more) =>
          one.some((a) => other.some((b) => coincide(a, b))) ? [[paths[index], paths[index + 1 + more]]] : [],
        ),
    );
    expect(hidden).toEqual([]);
  }
});

describeInBrowser('A name in the picture', (browser) => {
  it.each([
    { width: 1280, height: 800 },
    { width: 390, height: 800 },
  ])(
    'A name fits into its box, even with wide letters: $width',
    async (viewport) => {
      const names = [
        'memory-management',
        'mmmmmmmmmmmmmm',
        'wwwwwwwwwwww',
        'illicit-fillers',
        'dogged-bookkeeping',
      ];
      const server = appOf(names).listen(0, '127.0.0.1');
      await once(server, 'listening');
      try {
        const { port } = server.address() as AddressInfo;
        const { page } = await openWatched(browser(), `http://127.0.0.1:${port}/status`, { viewport });
        const over = await page.locator('.picture:visible .node').evaluateAll((nodes) =>
          nodes.flatMap((node) => {
            const [text, box] = [node.querySelector('text'), node.querySelector('rect')];
            const right = (one: SVGGraphicsElement | null) =>
              one ? one.getBBox().x + one.getBBox().width : NaN;
            return right(text) < right(box) ? [] : [text?.textContent];
          }),
        );
        expect(over).toEqual([]);
        const drawn = await page.locator('.picture:visible .node text:not(.said)').allTextContents();
        expect(drawn).toHaveLength(names.length);
        // More narrow letters fit.
        if (viewport.width > 1000) expect(drawn).toContain('illicit-fillers');
        await page.close();
      } finally {
        server.closeAllConnections();
        server.close();
      }
    },
    30_000,
  );
});
