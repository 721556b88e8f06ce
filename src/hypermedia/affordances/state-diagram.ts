/** Renders transition tables as Mermaid state diagrams and updates them in a README. */
import type { AffordanceTable } from './affordance.ts';
import type { StateChart } from './state-chart.ts';

/** @returns lines of Mermaid (stateDiagram-v2) */
export function stateDiagram({ start, transitions, conditions }: StateChart): string[] {
  const states = Object.entries(transitions);
  const label = (event: string) =>
    conditions[event] === undefined ? event : `${event} [${conditions[event]}]`;
  return [
    'stateDiagram-v2',
    `  [*] --> ${start}`,
    ...states.flatMap(([from, events]) =>
      Object.entries(events).map(([event, to]) => `  ${from} --> ${to}: ${label(event)}`),
    ),
    ...states.filter(([, events]) => Object.keys(events).length === 0).map(([end]) => `  ${end} --> [*]`),
  ];
}

/**
 * Updates the diagrams of these tables in a README, each between `<!-- states of Order -->` and `<!-- end -->`.
 * @throws Error that names the missing lines if a table has no place in the README
 */
export function withDiagrams(readme: string, tables: readonly AffordanceTable[]): string {
  return tables.reduce((text, { resource, chart }) => {
    if (chart === undefined) return text;
    const [begin, end] = [`<!-- states of ${resource.name} -->`, '<!-- end -->'];
    const from = text.indexOf(begin);
    const to = text.indexOf(end, from);
    if (from === -1 || to === -1)
      throw new Error(`add the lines ${begin} and ${end} to the README, where the diagram belongs`);
    const diagram = ['', '```mermaid', ...stateDiagram(chart), '```', ''].join('\n');
    return `${text.slice(0, from + begin.length)}\n${diagram}\n${text.slice(to)}`;
  }, readme);
}
