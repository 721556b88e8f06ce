/** Worker thread of `make-document.ts`: creates one document and transfers it in pieces. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { toConfigError } from '../../config/config-error.ts';
import type { DocumentFault } from '../../openapi/load/document-fault.ts';
import { createDocument } from '../documents/read-document.ts';
import { splitDocument } from './document-pieces.ts';
import type { DocumentResult, DocumentTask } from './make-document.ts';

const { service, sources, port } = workerData as DocumentTask & { port: MessagePort };
const send = (result: DocumentResult) => parentPort?.postMessage(result);
const unmatchedActions: string[] = [];
const faults: DocumentFault[] = [];
try {
  const document = createDocument(service, sources, {
    onUnmatchedAction: (message) => unmatchedActions.push(message),
    onFault: (fault) => faults.push(fault),
  });
  for (const piece of splitDocument(document)) port.postMessage(piece);
  send({ unmatchedActions, faults });
} catch (error) {
  send({ unmatchedActions, faults, error: toConfigError(error, service.document).message });
}
