/** A page for people and the same for programs, ready to be negotiated. There is nothing to submit, so HAL-FORMS is HAL. */
import { HAL, HAL_FORMS, JSON_TYPE } from '../../contract/media-types.ts';
import { type Entity, entity, HTML, json } from './entity.ts';

export function representations(body: unknown, page: string): ReadonlyMap<string, () => Entity> {
  const hal = json(HAL, body);
  const plain = json(JSON_TYPE, body);
  const forPeople = entity(HTML, page);
  return new Map([
    [HAL, () => hal],
    [HAL_FORMS, () => hal],
    [JSON_TYPE, () => plain],
    [HTML, () => forPeople],
  ]);
}
