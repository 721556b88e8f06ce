/** Where a document is: a file, or a URL that it is fetched from. */
import { resolve } from 'node:path';

export const isUrl = (place: string): boolean => /^https?:\/\//.test(place);

/** @returns an absolute path, or the URL as it is */
export const resolveLocation = (folder: string, place: string): string =>
  isUrl(place) ? place : resolve(folder, place);
