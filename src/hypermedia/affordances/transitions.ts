/**
 * The transition table of a resource: which events each state allows, and which state follows. The table produces
 * links, templates, the guard, the description of each action, and the state diagram.
 */
import type { Contract } from '../../contract/contract.ts';
import type { Operation } from '../../contract/operation.ts';
import type { Resource } from '../../contract/resource.ts';
import type { z } from '../../contract/schema.ts';
import type { AffordanceTable } from './affordance.ts';
import type { Transitions } from './state-chart.ts';

type EventOf<Table> = { [From in keyof Table]: keyof Table[From] }[keyof Table] & string;

/** A condition in addition to the state. */
interface Condition<State> {
  /** Completes the sentence "Offered while APPROVED and …", and labels the arrow. */
  readonly text: string;
  holds(state: State): boolean;
}

/**
 * Creates the affordance table of a transition table: an action is offered in each state that has its event.
 * @param field the member of the state that names it; the table has each of its values
 * @param start the initial state
 * @param actions the events that clients trigger, with their operations
 * @param always operations that every state allows and that change no state, by relation
 */
export function transitions<
  Shape extends z.ZodObject,
  const Field extends keyof z.input<Shape> & string,
  const Table extends Transitions<z.input<Shape>[Field] & string>,
>(
  resource: Resource<Shape>,
  spec: {
    readonly field: Field;
    readonly start: keyof Table & string;
    readonly table: Table;
    readonly actions: { readonly [Event in EventOf<Table>]?: Operation };
    readonly conditions?: { readonly [Event in EventOf<Table>]?: Condition<z.input<Shape>> };
    readonly always?: Readonly<Record<string, Operation>>;
  },
): AffordanceTable<Resource<Shape>> {
  type State = z.input<Shape>;
  const { field, start, table } = spec;
  const conditions = (spec.conditions ?? {}) as Readonly<Record<string, Condition<State>>>;
  const nameOf = (state: State) => state[field] as keyof Table & string;
  const rows = Object.entries(spec.actions as Record<string, Operation>).map(([rel, operation]) => ({
    rel,
    operation,
    when: (state: State) => rel in table[nameOf(state)] && (conditions[rel]?.holds(state) ?? true),
  }));
  const always = Object.entries(spec.always ?? {}).map(([rel, operation]) => ({
    rel,
    operation,
    when: () => true,
  }));
  const texts = Object.entries(conditions).map(([event, { text }]) => [event, text]);
  return {
    resource,
    state: nameOf,
    rows: [...rows, ...always] as unknown as AffordanceTable<Resource<Shape>>['rows'],
    chart: { start, transitions: table, conditions: Object.fromEntries(texts) },
  };
}

/** Adds the states in which an action is offered to the description of its operation. */
export const describeAvailability = (contract: Contract, tables: readonly AffordanceTable[]): Contract => ({
  ...contract,
  operations: contract.operations.map((operation) => {
    const note = tables
      .map((table) => availabilityNote(table, operation.operationId))
      .find((text) => text !== undefined);
    if (note === undefined) return operation;
    return { ...operation, description: [operation.description, note].filter(Boolean).join('\n\n') };
  }),
});

function availabilityNote(
  { chart, rows, resource }: AffordanceTable,
  operationId: string,
): string | undefined {
  const event = rows.find(({ operation }) => operation.operationId === operationId)?.rel;
  if (chart === undefined || event === undefined) return undefined;
  const { conditions } = chart;
  const from = Object.keys(chart.transitions).filter((state) => event in (chart.transitions[state] ?? {}));
  if (from.length === 0) return undefined;
  const states = from.map((state) => `\`${state}\``).join(' or ');
  const condition = conditions[event] === undefined ? '' : ` and ${conditions[event]}`;
  return `Offered by the ${resource.name} while it is ${states}${condition}; otherwise refused with 409.`;
}
