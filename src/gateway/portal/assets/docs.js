/** Starts Swagger UI for the document that the page names, in dark mode if the system uses it. */
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

/** Collapses declared responses, so that an operation fits on a screen. Actual responses stay open. */
const foldResponses = ({ React }) => ({
  wrapComponents: {
    responses: (Original) => (props) => {
      const { tryItOutResponse, responses } = props;
      const isOpen = tryItOutResponse !== undefined && tryItOutResponse !== null;
      const count = responses?.size ?? 0;
      return React.createElement(
        'details',
        { className: 'folded', key: String(isOpen), open: isOpen || undefined },
        React.createElement('summary', null, `Responses${count > 0 ? ` (${count})` : ''}`),
        React.createElement(Original, props),
      );
    },
    // The only server is the one of this page, so no selection is needed.
    ServersContainer: (Original) => (props) => (hasOneServer() ? null : React.createElement(Original, props)),
  },
});

const hasOneServer = () => {
  const servers = window.ui?.specSelectors.servers?.().toJS() ?? [];
  return servers.length === 0 || (servers.length === 1 && servers[0].url === '/');
};

/** Optional parameters start empty: an example there would silently filter the result. */
const withoutPrefilled = (text) => {
  const whole = JSON.parse(text);
  const named = whole.components?.parameters ?? {};
  const items = Object.values(whole.paths ?? {});
  const all = [...items, ...items.flatMap((item) => Object.values(item))]
    .flatMap((one) => (Array.isArray(one?.parameters) ? one.parameters : []))
    .concat(Object.values(named));
  for (const parameter of all) {
    if (parameter?.in !== 'query' || parameter.required) continue;
    delete parameter.example;
    delete parameter.examples;
    if (parameter.schema?.$ref === undefined) delete parameter.schema?.example;
  }
  return JSON.stringify(whole);
};

const { url, oauth } = document.getElementById('swagger-ui').dataset;
/** The client of Swagger UI at the identity provider, if the gateway has one. */
const client = oauth && JSON.parse(oauth);

window.ui = SwaggerUIBundle({
  dom_id: '#swagger-ui',
  url,
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [foldResponses],
  layout: 'BaseLayout',
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  filter: true,
  defaultModelsExpandDepth: 0,
  defaultModelExpandDepth: 0,
  validatorUrl: null,
  ...(client && { oauth2RedirectUrl: new URL(client.redirect, location.href).href }),
  responseInterceptor: (response) => {
    if (response.ok && response.url === new URL(url, location.href).href)
      try {
        response.text = withoutPrefilled(response.text);
      } catch {
        // Text that is not JSON is shown unchanged.
      }
    return response;
  },
});

if (client)
  window.ui.initOAuth({
    clientId: client.clientId,
    scopes: client.scopes,
    additionalQueryStringParams: client.parameters,
    usePkceWithAuthorizationCodeGrant: true,
  });
