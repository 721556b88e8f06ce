/** A fault in a document and its consequence. The gateway serves the rest of the document. */
export interface DocumentFault {
  /** JSON Pointer in URI fragment form (RFC 6901 §6). */
  readonly pointer: string;
  readonly reason: string;
}
