import { describe, expect, it } from '@jest/globals';
import { defineContract } from '../../../src/contract/contract.ts';
import { operation } from '../../../src/contract/operation.ts';
import { resource } from '../../../src/contract/resource.ts';
import { z } from '../../../src/contract/schema.ts';
import { allowedRelations, guard } from '../../../src/hypermedia/affordances/affordance.ts';
import { stateDiagram, withDiagrams } from '../../../src/hypermedia/affordances/state-diagram.ts';
import { describeAvailability, transitions } from '../../../src/hypermedia/affordances/transitions.ts';

const Door = resource('Door', z.object({ state: z.enum(['OPEN', 'SHUT', 'GONE']), locked: z.boolean() }));
const act = (operationId: string, description?: string) =>
  operation({
    operationId,
    method: 'post',
    path: `/door/${operationId}`,
    summary: operationId,
    ...(description === undefined ? {} : { description }),
    responses: { 200: { description: 'The door.', body: Door } },
  });
const [open, shut, remove] = [act('openDoor', 'Pulls.'), act('shutDoor'), act('removeDoor')];

const doors = transitions(Door, {
  field: 'state',
  start: 'SHUT',
  table: {
    OPEN: { shut: 'SHUT', remove: 'GONE' },
    SHUT: { open: 'OPEN', remove: 'GONE' },
    GONE: {},
  },
  actions: { open, shut, remove },
  conditions: { open: { text: 'not locked', holds: ({ locked }) => !locked } },
});

describe('A transition table', () => {
  it('defines what each state offers', () => {
    const offers = (state: 'OPEN' | 'SHUT' | 'GONE', locked = false) =>
      allowedRelations(doors, { state, locked });
    expect(offers('OPEN')).toEqual(['shut', 'remove']);
    expect(offers('SHUT')).toEqual(['open', 'remove']);
    expect(offers('SHUT', true)).toEqual(['remove']);
    expect(offers('GONE')).toEqual([]);
  });

  it('rejects what the state does not offer, and names what it offers', () => {
    guard(doors, shut, { state: 'OPEN', locked: false });
    expect(() => guard(doors, open, { state: 'SHUT', locked: true })).toThrow(
      expect.objectContaining({
        status: 409,
        extensions: { currentState: 'SHUT', allowed: ['remove'] },
      }),
    );
  });

  it('does not compile with an unknown state or action, or without a known one', () => {
    const table = { OPEN: { shut: 'SHUT' }, SHUT: {}, GONE: {} } as const;
    const spec = { field: 'state', start: 'SHUT' } as const;
    // @ts-expect-error an event that no state has
    transitions(Door, { ...spec, table, actions: { paint: open } });
    // @ts-expect-error a state that the resource does not have
    transitions(Door, { ...spec, table: { ...table, OPEN: { shut: 'AJAR' } }, actions: {} });
    // @ts-expect-error a state that the table leaves out
    transitions(Door, { ...spec, table: { OPEN: {}, SHUT: {} }, actions: {} });
    // @ts-expect-error a start that is no state
    transitions(Door, { ...spec, start: 'AJAR', table, actions: {} });
  });

  it('is part of the description of each action', () => {
    const contract = defineContract({
      service: 'doors',
      title: 'Doors',
      description: 'Doors.',
      version: '1.0.0',
      operations: [open, shut, remove],
    });
    expect(describeAvailability(contract, [doors]).operations.map(({ description }) => description)).toEqual([
      'Pulls.\n\nOffered by the Door while it is `SHUT` and not locked; otherwise refused with 409.',
      'Offered by the Door while it is `OPEN`; otherwise refused with 409.',
      'Offered by the Door while it is `OPEN` or `SHUT`; otherwise refused with 409.',
    ]);
  });

  it('is drawn with its conditions and final states', () => {
    if (doors.chart === undefined) throw new Error('no chart');
    expect(stateDiagram(doors.chart)).toEqual([
      'stateDiagram-v2',
      '  [*] --> SHUT',
      '  OPEN --> SHUT: shut',
      '  OPEN --> GONE: remove',
      '  SHUT --> OPEN: open [not locked]',
      '  SHUT --> GONE: remove',
      '  GONE --> [*]',
    ]);
  });

  it('is updated in a README at its place, repeatedly', () => {
    const readme = '# doors\n\n<!-- states of Door -->\nold\n<!-- end -->\n\nMore.\n';
    const updated = withDiagrams(readme, [doors]);
    expect(updated).toMatch(
      /^# doors\n\n<!-- states of Door -->\n\n```mermaid\nstateDiagram-v2\n[^`]*```\n\n<!-- end -->\n\nMore\.\n$/,
    );
    expect(withDiagrams(updated, [doors])).toBe(updated);
    for (const without of ['# doors\n', '# doors\n<!-- end -->\n', '<!-- end -->\n<!-- states of Door -->\n'])
      expect(() => withDiagrams(without, [doors])).toThrow('add the lines <!-- states of Door --> and');
  });
});
