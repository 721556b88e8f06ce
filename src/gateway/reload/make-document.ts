/**
 * Makes a document of its texts without holding up requests: a large one in another thread, which may take as long and
 * as much memory as is allowed and no more, and hands it over in pieces between requests.
 */
import { setImmediate } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { ConfigError, configErrorOf } from '../../config/config-error.ts';
import type { Source } from '../../config/source.ts';
import { SLICE_MS } from '../../openapi/incremental.ts';
import type { DocumentFault } from '../../openapi/load/document-fault.ts';
import type { Json } from '../../openapi/load/grammar.ts';
import { documentFrom, type ServicePlaces, type Told } from '../documents/read-document.ts';
import { join, type Piece } from './document-pieces.ts';

export interface Order {
  readonly service: ServicePlaces;
  readonly sources: readonly Pick<Source, 'place' | 'text'>[];
}

/** What is told of a document that is made, or why it is not. */
export interface Made {
  readonly idle: readonly string[];
  readonly faults: readonly DocumentFault[];
  readonly error?: string;
}

/** Characters of all texts: fewer are made sooner than a thread begins. */
const LARGE = 300_000;
/** Of the document times those of the overlays. */
const MUCH = 1_000_000_000;
const TIME = 180_000;

/** @throws ConfigError in one line, whatever is in the texts */
export async function makeDocument({ service, sources }: Order, told: Told): Promise<OpenAPIObject> {
  const [length = 0, ...others] = sources.map(({ text }) => text.length);
  const more = others.reduce((sum, one) => sum + one, 0);
  // Each action of an overlay may look through all of the document.
  if (length + more < LARGE && (service.overlays.length === 0 || length * more < MUCH))
    return documentFrom(service, sources, told);
  // Of a service only what can be copied to another thread, and of a source what is needed there.
  const { name, document, overlays, paths, prefix } = service;
  const texts = sources.map(({ place, text }) => ({ place, text }));
  return elsewhere({ service: { name, document, overlays, paths, prefix }, sources: texts }, told);
}

async function elsewhere(order: Order, { onIdle, onFault }: Told): Promise<OpenAPIObject> {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL('./document-worker.ts', import.meta.url), {
    workerData: { ...order, port: port2 },
    transferList: [port2],
    // Where it is too much, the thread ends, and not the process.
    resourceLimits: { maxOldGenerationSizeMb: Math.floor(getHeapStatistics().heap_size_limit / 1024 ** 2) },
  });
  try {
    const { idle, faults, error } = await answerOf(worker, order.service.document);
    if (error !== undefined) throw new ConfigError(error);
    for (const message of idle) onIdle?.(message);
    for (const fault of faults) onFault?.(fault);
    const document: Json = {};
    let until = performance.now() + SLICE_MS;
    for (let one = receiveMessageOnPort(port1); one !== undefined; one = receiveMessageOnPort(port1)) {
      join(document, one.message as Piece);
      if (performance.now() < until) continue;
      await setImmediate();
      until = performance.now() + SLICE_MS;
    }
    return document as unknown as OpenAPIObject;
  } finally {
    port1.close();
    await worker.terminate();
  }
}

const answerOf = (worker: Worker, document: string): Promise<Made> =>
  new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(configErrorOf(error, `${document}: cannot be read as OpenAPI`));
    const timer = setTimeout(() => fail(new Error(`it takes longer than ${TIME} ms`)), TIME);
    worker
      .on('message', resolve)
      .on('error', fail)
      .on('exit', () => fail(new Error('its thread has ended')))
      .on('exit', () => clearTimeout(timer));
  });
