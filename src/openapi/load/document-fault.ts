/** What is wrong in a document, and what that costs; the rest of it is served. */
export interface DocumentFault {
  /** JSON Pointer in URI fragment form (RFC 6901 §6). */
  readonly pointer: string;
  readonly reason: string;
}
