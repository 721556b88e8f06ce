/**
 * `text/html`: a resource as a page for people. The content, links, parts and actions are those of HAL-FORMS; only
 * the last step differs.
 */
import { HAL_FORMS } from '../../../contract/media-types.ts';
import { z } from '../../../contract/schema.ts';
import { HTML } from '../../../http/page/entity.ts';
import { pageSecurity } from '../../../http/page/security.ts';
import type { Format } from '../format.ts';
import { halForms } from '../hal-forms.ts';
import { browserFiles } from './files.ts';
import { page } from './page.ts';

const schema = z
  .string()
  .openapi({ description: 'The resource as a page: its links, and its actions as forms.' });

export const html: Format = {
  ...halForms,
  mediaType: HTML,
  description: 'A page to read, follow and fill in. Browsers get this.',
  schema: () => schema,
  typeOf: () => `${HTML}; charset=utf-8`,
  rendering: {
    partType: HAL_FORMS,
    serialize: page,
    headers: pageSecurity(),
    files: [...browserFiles.values()],
  },
};
