/** The help of `linkway serve`. */

export const SERVE_USAGE = 'serve DOCUMENT --upstream URL';

export const SERVE_ABOUT = 'run a gateway before an API; linkway serve --help shows more';

export const serveHelp = (): string => `linkway serve DOCUMENT… --upstream URL…
linkway serve --service NAME=DOCUMENT@URL…
linkway serve DOCUMENT… --mock
linkway serve [--config gateway.yaml]

  Runs a gateway until Ctrl-C. DOCUMENT is an OpenAPI document: a file or a URL. Changed files are loaded without a restart.

  --upstream URL                the API of the document; several documents have one each, in the same order
  --service NAME=DOCUMENT@URL   the same as one option, with a name for logs, metrics and /status
  --mock                        respond with the examples of the documents, without an API
  --config FILE                 a gateway.yaml instead of documents; without documents gateway.yaml of this folder
  --port PORT, -p PORT          port to listen on: PORT of the environment, or 8080; 0 is a free one
  --host ADDRESS                address to listen on: HOST of the environment, or 127.0.0.1

  The environment variables of the gateway apply. Only with DATA_DIR are the last valid documents kept for a restart.
  Exit codes: 0 after Ctrl-C, 1 if the gateway cannot start, 2 if the command line is wrong.
`;
