/** Texts that a gateway is made of: its configuration, documents, overlays. */

export interface Source {
  /** An absolute path or a URL. */
  readonly place: string;
  readonly text: string;
  /** Another one for another text: an ETag, or what the file system says. */
  readonly version: string;
}
