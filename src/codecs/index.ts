/** The available codecs. A new one is a file in this folder and a line here. */
import type { Codec } from './codec.ts';
import { form } from './form.ts';
import { json } from './json.ts';

export const codecs: readonly Codec[] = [json, form];

const patterns = codecs.flatMap((codec) =>
  codec.mediaTypes.map((type) => ({
    codec,
    pattern: new RegExp(`^${type.replaceAll(/[.+]/g, '\\$&').replaceAll('*', '[^;]+')}$`),
  })),
);

/**
 * @param mediaType without parameters, in lower case
 * @returns undefined for bodies that are passed on as they are
 */
export const codecFor = (mediaType: string): Codec | undefined =>
  patterns.find(({ pattern }) => pattern.test(mediaType))?.codec;
