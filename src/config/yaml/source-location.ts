/** The location of a document: a file or a URL. */
import { resolve } from 'node:path';

export const isUrl = (place: string): boolean => /^https?:\/\//.test(place);

/** @returns an absolute path, or the unchanged URL */
export const resolveLocation = (folder: string, place: string): string =>
  isUrl(place) ? place : resolve(folder, place);
