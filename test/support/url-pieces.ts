/** Pieces of texts that a browser may read as the URL of another server (WHATWG URL §4.4). */
import fc from 'fast-check';

export const urlPiece = fc.constantFrom(
  '/',
  '\\',
  '.',
  '..',
  'a',
  '@',
  ':',
  '?',
  '#',
  'evil.example',
  '%2f',
  '\t',
  'http:',
);
