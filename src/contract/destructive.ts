/** Extension of an Operation Object: the operation may be impossible to undo, so pages mark it and ask for confirmation. */
export const DESTRUCTIVE_EXTENSION = 'x-destructive';
