/** Documents that cannot stand side by side, in one line that names both and the mend. */
export class DocumentError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DocumentError';
  }
}
