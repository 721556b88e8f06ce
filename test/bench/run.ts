/** `npm run bench` measures what forwarding costs, `npm run bench -- expand` what a page of related resources costs. */
const [subject = 'forward'] = process.argv.slice(2);

if (subject === 'forward') await import('./forward.ts');
else if (subject === 'expand') await import('./expand/run.ts');
else throw new Error(`There is no benchmark "${subject}"; there are forward and expand.`);
