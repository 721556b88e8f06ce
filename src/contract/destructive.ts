/** Extension of an Operation Object: what it does may be impossible to undo, so that pages look it and ask before. */
export const DESTRUCTIVE_EXTENSION = 'x-destructive';
