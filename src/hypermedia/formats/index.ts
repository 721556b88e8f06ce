/** The formats on offer, the favourite first. A new one is a file or a folder beside this and a line here. */
import type { Format } from './format.ts';
import { hal, json } from './hal.ts';
import { halForms } from './hal-forms.ts';
import { html } from './html/html.ts';
import { siren } from './siren.ts';

export const formats: readonly Format[] = [halForms, hal, json, siren, html];
