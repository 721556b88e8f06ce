/** The texts that configure a gateway: its configuration file, documents and overlays. */

export interface Source {
  /** An absolute path or a URL. */
  readonly place: string;
  readonly text: string;
  /** Differs for each text: an ETag, or the metadata of the file. */
  readonly version: string;
}
