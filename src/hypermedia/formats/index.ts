/** All formats, the preferred one first. A new format needs a file or a folder here, and a line in this list. */
import type { Format } from './format.ts';
import { hal, json } from './hal.ts';
import { halForms } from './hal-forms.ts';
import { html } from './html/html.ts';
import { siren } from './siren.ts';

export const formats: readonly Format[] = [halForms, hal, json, siren, html];
