/** The other side of `make-document.ts`: makes one document, and hands it over in pieces. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { toConfigError } from '../../config/config-error.ts';
import type { DocumentFault } from '../../openapi/load/document-fault.ts';
import { documentFrom } from '../documents/read-document.ts';
import { piecesOf } from './document-pieces.ts';
import type { Made, Order } from './make-document.ts';

const { service, sources, port } = workerData as Order & { port: MessagePort };
const tell = (made: Made) => parentPort?.postMessage(made);
const idle: string[] = [];
const faults: DocumentFault[] = [];
try {
  const document = documentFrom(service, sources, {
    onIdle: (message) => idle.push(message),
    onFault: (fault) => faults.push(fault),
  });
  for (const piece of piecesOf(document)) port.postMessage(piece);
  tell({ idle, faults });
} catch (error) {
  tell({ idle, faults, error: toConfigError(error, service.document).message });
}
