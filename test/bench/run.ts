/**
 * `npm run bench` measures forwarding, `-- expand` measures expanded pages, `-- documents` measures large documents, and
 * `-- security` measures authentication.
 */
const [subject = 'forward'] = process.argv.slice(2);

if (subject === 'forward') await import('./forward.ts');
else if (subject === 'expand') await import('./expand/run.ts');
else if (subject === 'documents') await import('./documents/run.ts');
else if (subject === 'security') await import('./security/run.ts');
else
  throw new Error(`There is no benchmark "${subject}"; there are forward, expand, documents and security.`);
