/** `npm run bench` measures forwarding, `-- expand` measures expanded pages, `-- documents` measures large documents. */
const [subject = 'forward'] = process.argv.slice(2);

if (subject === 'forward') await import('./forward.ts');
else if (subject === 'expand') await import('./expand/run.ts');
else if (subject === 'documents') await import('./documents/run.ts');
else throw new Error(`There is no benchmark "${subject}"; there are forward, expand and documents.`);
