/** Swagger UI over the document that the page names, in its own dark mode where the reader's system has one. */
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

window.ui = SwaggerUIBundle({
  dom_id: '#swagger-ui',
  url: document.getElementById('swagger-ui').dataset.url,
  presets: [SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  filter: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
