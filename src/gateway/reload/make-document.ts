/**
 * Creates a document without delaying requests. A large document is created in a worker thread with limited time and
 * memory, and transferred in pieces between requests.
 */
import { extname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { ConfigError, toConfigError } from '../../config/config-error.ts';
import type { Source } from '../../config/source.ts';
import { SLICE_MS } from '../../openapi/incremental.ts';
import type { DocumentFault } from '../../openapi/load/document-fault.ts';
import type { Json } from '../../openapi/load/grammar.ts';
import { createDocument, type DocumentCallbacks, type DocumentSource } from '../documents/read-document.ts';
import { addPiece, type Piece } from './document-pieces.ts';

export interface DocumentTask {
  readonly service: DocumentSource;
  readonly sources: readonly Pick<Source, 'place' | 'text'>[];
}

/** The messages about a created document, or the reason why it could not be created. */
export interface DocumentResult {
  readonly unmatchedActions: readonly string[];
  readonly faults: readonly DocumentFault[];
  readonly error?: string;
}

/** The package has JavaScript, a clone has TypeScript. */
const WORKER = new URL(`./document-worker${extname(import.meta.url)}`, import.meta.url);
/** Characters of all texts together. Smaller documents are created faster than a thread starts. */
const WORKER_CHARACTERS = 300_000;
/** Characters of the document, multiplied by those of the overlays. */
const WORKER_OVERLAY_PRODUCT = 1_000_000_000;
const WORKER_TIMEOUT = 180_000;

/** @throws ConfigError with a one-line message, whatever the texts contain */
export async function makeDocument(
  { service, sources }: DocumentTask,
  callbacks: DocumentCallbacks,
): Promise<OpenAPIObject> {
  const [length = 0, ...others] = sources.map(({ text }) => text.length);
  const more = others.reduce((sum, one) => sum + one, 0);
  // Each overlay action may scan the complete document.
  if (
    length + more < WORKER_CHARACTERS &&
    (service.overlays.length === 0 || length * more < WORKER_OVERLAY_PRODUCT)
  )
    return createDocument(service, sources, callbacks);
  // Only values that can be copied to another thread and are needed there.
  const { name, document, overlays, paths, prefix } = service;
  const texts = sources.map(({ place, text }) => ({ place, text }));
  return makeInWorker({ service: { name, document, overlays, paths, prefix }, sources: texts }, callbacks);
}

async function makeInWorker(
  task: DocumentTask,
  { onUnmatchedAction, onFault }: DocumentCallbacks,
): Promise<OpenAPIObject> {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(WORKER, {
    workerData: { ...task, port: port2 },
    transferList: [port2],
    // If the limit is exceeded, the thread ends, not the process.
    resourceLimits: { maxOldGenerationSizeMb: Math.floor(getHeapStatistics().heap_size_limit / 1024 ** 2) },
  });
  try {
    const { unmatchedActions, faults, error } = await workerResult(worker, task.service.document);
    if (error !== undefined) throw new ConfigError(error);
    for (const message of unmatchedActions) onUnmatchedAction?.(message);
    for (const fault of faults) onFault?.(fault);
    const document: Json = {};
    let turnEnd = performance.now() + SLICE_MS;
    for (let one = receiveMessageOnPort(port1); one !== undefined; one = receiveMessageOnPort(port1)) {
      addPiece(document, one.message as Piece);
      if (performance.now() < turnEnd) continue;
      await setImmediate();
      turnEnd = performance.now() + SLICE_MS;
    }
    return document as unknown as OpenAPIObject;
  } finally {
    port1.close();
    await worker.terminate();
  }
}

const workerResult = (worker: Worker, document: string): Promise<DocumentResult> =>
  new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(toConfigError(error, `${document}: cannot be read as OpenAPI`));
    const timer = setTimeout(
      () => fail(new Error(`it takes longer than ${WORKER_TIMEOUT} ms`)),
      WORKER_TIMEOUT,
    );
    worker
      .on('message', resolve)
      .on('error', fail)
      .on('exit', () => fail(new Error('its worker thread has ended')))
      .on('exit', () => clearTimeout(timer));
  });
