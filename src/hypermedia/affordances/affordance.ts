/**
 * The affordance table: which actions a state allows. The same table produces links and templates and guards the
 * actions, so that the advertised actions are exactly those that are possible.
 */
import type { Operation } from '../../contract/operation.ts';
import { actionNotAllowed } from '../../contract/problems.ts';
import type { Page, Resource, StateOf } from '../../contract/resource.ts';
import { actionLinks, type Shape } from '../graph/model.ts';
import type { StateChart } from './state-chart.ts';
import { StateConflict } from './state-conflict.ts';

/** A row: under this relation the resource offers this operation, when its state allows it. */
export interface Affordance<State> {
  readonly rel: string;
  readonly operation: Operation;
  when(state: State): boolean;
}

export interface AffordanceTable<B extends Resource | Page = Resource | Page> {
  readonly resource: B;
  /** The name of the state, for the response to an action that it does not allow. */
  state(state: StateOf<B>): string;
  readonly rows: readonly Affordance<StateOf<B>>[];
  /** The transition table that the rows come from, if any. */
  readonly chart?: StateChart;
}

export const affordances = <B extends Resource | Page>(
  resource: B,
  { state, rows }: { state?(state: StateOf<B>): string; rows: readonly Affordance<StateOf<B>>[] },
): AffordanceTable<B> => ({ resource, rows, state: state ?? (() => resource.name) });

/** The relations that the state allows, in the table's order. */
export const allowedRelations = <B extends Resource | Page>(
  table: AffordanceTable<B>,
  state: StateOf<B>,
): string[] => table.rows.filter(({ when }) => when(state)).map(({ rel }) => rel);

/**
 * Allows an action only if the table does.
 * @throws StateConflict action-not-allowed (409) with `currentState` and `allowed`
 */
export function guard<B extends Resource | Page>(
  table: AffordanceTable<B>,
  operation: Operation,
  state: StateOf<B>,
): void {
  const row = table.rows.find((candidate) => candidate.operation === operation);
  if (row?.when(state)) return;
  const currentState = table.state(state);
  const refused = `${row?.rel ?? operation.operationId} is not possible in the state ${currentState}`;
  const describe = (rels: readonly string[]) => ({
    detail: `${refused}; ${rels.length === 0 ? 'no action is possible' : `possible actions: ${rels.join(', ')}`}.`,
    extensions: { currentState, allowed: rels },
  });
  const rels = allowedRelations(table, state);
  const { detail, extensions } = describe(rels);
  throw new StateConflict(actionNotAllowed, table.resource, state, detail, {
    extensions,
    offering: (isOffered) => describe(rels.filter(isOffered)),
  });
}

/**
 * Compares the tables with the contract: every link to an action needs a row with its condition, and every row
 * needs a link with its target.
 * @throws Error that says how to correct the table or the contract
 */
export function checkAffordances(shapes: readonly Shape[], tables: readonly AffordanceTable[]): void {
  for (const { resource, rows } of tables) {
    const shape = shapes.find(({ name }) => name === resource.name);
    for (const { rel, operation } of rows)
      if (shape?.links.get(rel)?.target.operationId !== operation.operationId)
        throw new Error(`${resource.name}: add a link ${rel} to ${operation.operationId} to the contract`);
  }
  for (const shape of shapes) {
    const rows = tables.find(({ resource }) => resource.name === shape.name)?.rows ?? [];
    for (const { rel } of actionLinks(shape))
      if (!rows.some((row) => row.rel === rel))
        throw new Error(`${shape.name}: add a row for ${rel} to the affordance table`);
  }
}
