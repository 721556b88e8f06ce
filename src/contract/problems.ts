/**
 * The problem types of linkway itself. Services declare their own next to their contracts. `/problems/{code}` documents
 * each of them.
 */
import { defineProblem, type ProblemType } from './problem.ts';

export const badRequest = defineProblem({
  code: 'bad-request',
  status: 400,
  title: 'The request could not be read',
  meaning: 'The URL, a header or the body is not well-formed. Nothing was done.',
  remedy:
    'Correct what `detail` names: broken percent-encoding, malformed JSON, or a header with illegal characters.',
});

export const validationFailed = defineProblem({
  code: 'validation-failed',
  status: 400,
  title: 'The request does not match the contract',
  meaning: 'A parameter or the body does not match the OpenAPI document. Nothing was done.',
  remedy: 'Each entry of `errors` has a JSON Pointer to the invalid value and says what is expected there.',
});

export const expandUnknown = defineProblem({
  code: 'expand-unknown',
  status: 400,
  title: 'This relation cannot be expanded',
  meaning: 'A path in `expand` names a link relation that this resource does not have.',
  remedy: 'Use one of `allowed`. `nearest` is the closest match to the name that was sent.',
});

export const expandLimit = defineProblem({
  code: 'expand-limit',
  status: 400,
  title: 'The expansion is too large',
  meaning: '`expand` asks for more paths, more depth or more resources than one response may contain.',
  remedy: 'Ask for less: `limit` names the limit and its value. Follow the links for the rest.',
});

export const fieldsUnknown = defineProblem({
  code: 'fields-unknown',
  status: 400,
  title: 'Unknown field',
  meaning:
    'A path in `fields` names neither a member of the representation nor a relation that can be expanded.',
  remedy: 'Use one of `allowed`: the fields that exist at this position.',
});

export const partUnknown = defineProblem({
  code: 'part-unknown',
  status: 400,
  title: 'The document has no such part',
  meaning: 'No operation of the OpenAPI document has the requested tag or path.',
  remedy:
    'Use one of `allowed`. `nearest` is the closest match to the name that was sent. Without the query parameter, the response is the whole document.',
});

export const authenticationRequired = defineProblem({
  code: 'authentication-required',
  status: 401,
  title: 'Credentials are missing or not valid',
  meaning:
    'The operation requires credentials. The request has none, or they are not valid: expired, from another issuer, or for another server. Nothing was done.',
  remedy:
    '`WWW-Authenticate` names the kinds of credentials that are accepted. Get a new token or key, and send the request again.',
});

export const signInFailed = defineProblem({
  code: 'sign-in-failed',
  status: 400,
  title: 'The sign-in failed',
  meaning:
    'The sign-in was not started in this browser, took too long, was finished before, or the provider refused it. No session was created.',
  remedy:
    'Sign in again. If that fails too, allow cookies for this site. For operators: the log has the exact reason.',
});

export const insufficientScope = defineProblem({
  code: 'insufficient-scope',
  status: 403,
  title: 'The credentials do not allow this operation',
  meaning:
    'The credentials are valid, but they do not have the scopes that the operation requires. Nothing was done.',
  remedy: 'Ask for a token with the scopes in `missing`, or follow only links that a response offers to you.',
});

export const crossSite = defineProblem({
  code: 'cross-site',
  status: 403,
  title: 'Cross-site request or unknown host',
  meaning:
    'The browser reports that a page of another site sent the request, or the request names a host that this server does not serve. Nothing was done.',
  remedy:
    'Use a page of this server, or a client that is not a browser. For operators: list the origin of the page in `cors.origins`, or set `crossSite: pass` for a service that handles such requests itself, and list the host names of this server in `allowedHosts`.',
});

export const addressRefused = defineProblem({
  code: 'address-refused',
  status: 403,
  title: 'The address of the client is not allowed',
  meaning: 'The server does not accept this request from the network of the client. Nothing was done.',
  remedy:
    'Send the request from an allowed network. For operators: change `addresses` in `gateway.yaml`, and list the proxies in front of the gateway in `trustedProxies`.',
});

export const stepRefused = defineProblem({
  code: 'step-refused',
  status: 403,
  title: 'A rule of the gateway refuses this request',
  meaning: 'A step that the operators added to the gateway refused the request. Nothing was done.',
  remedy: '`detail` says why, if the operators wanted to say it.',
});

export const notFound = defineProblem({
  code: 'not-found',
  status: 404,
  title: 'Not found',
  meaning: 'No resource exists at this path: the path is unknown, or the resource does not exist (any more).',
  remedy: 'Start at `/` and follow the links. Clients need not know any other path.',
});

export const methodNotAllowed = defineProblem({
  code: 'method-not-allowed',
  status: 405,
  title: 'Method not allowed',
  meaning: 'The path exists, but it does not support this method.',
  remedy: 'Use one of the methods in `Allow`.',
});

export const notAcceptable = defineProblem({
  code: 'not-acceptable',
  status: 406,
  title: 'None of the accepted media types is available',
  meaning: 'The `Accept` header rules out every representation of this resource.',
  remedy: 'Accept one of `available`.',
});

export const actionNotAllowed = defineProblem({
  code: 'action-not-allowed',
  status: 409,
  title: 'The current state does not allow this action',
  meaning: 'The resource does not offer this action in its current state. Nothing was changed.',
  remedy:
    'Check `currentState` and `allowed`, or fetch the resource again: its links show the actions that are possible now.',
});

export const preconditionFailed = defineProblem({
  code: 'precondition-failed',
  status: 412,
  title: 'The resource has changed',
  meaning:
    'The resource has changed since the client read the `ETag` that it sent, or the tag belongs to another resource. Nothing was changed.',
  remedy:
    'Fetch the resource again, review the changes, and send its new `ETag`. The `ETag` of this response is the current one.',
});

export const patchConflict = defineProblem({
  code: 'patch-conflict',
  status: 409,
  title: 'The patch does not apply to the current resource',
  meaning:
    'A `test` operation of the JSON Patch failed, or an operation names a location that does not exist. Nothing was changed.',
  remedy:
    'Fetch the resource again and create a new patch. `operation` is the index of the failed operation, from 0.',
});

export const idempotencyKeyInFlight = defineProblem({
  code: 'idempotency-key-in-flight',
  status: 409,
  title: 'The same request is still being processed',
  meaning:
    'The server already received a request with this `Idempotency-Key` and has not responded to it yet.',
  remedy: 'Send the request again after `Retry-After` seconds: you get the response to the first one.',
});

export const idempotencyKeyReused = defineProblem({
  code: 'idempotency-key-reused',
  status: 422,
  title: 'The idempotency key belongs to another request',
  meaning:
    'An earlier request with this `Idempotency-Key` was for another operation or had another body. Nothing was done.',
  remedy: 'Create a new key for each new request. Repeat a request with exactly the same body.',
});

export const preconditionRequired = defineProblem({
  code: 'precondition-required',
  status: 428,
  title: 'A precondition is required',
  meaning: 'This method requires `If-Match`, so that it cannot overwrite the changes of another client.',
  remedy:
    'Fetch the resource and send its `ETag` in `If-Match`. `If-Match: *` changes the resource in any state.',
});

export const contentTooLarge = defineProblem({
  code: 'content-too-large',
  status: 413,
  title: 'The body is too large',
  meaning: 'The body has more bytes than this server accepts in one request. Nothing was done.',
  remedy: 'Send less. `limit` is the maximum in bytes. Operators can raise it.',
});

export const unsupportedMediaType = defineProblem({
  code: 'unsupported-media-type',
  status: 415,
  title: 'Unsupported media type',
  meaning: 'The `Content-Type` is missing, or the contract does not list it for this operation.',
  remedy: 'Send one of `supported`.',
});

export const requestTimeout = defineProblem({
  code: 'request-timeout',
  status: 408,
  title: 'The request did not arrive in time',
  meaning:
    'The headers or the body of the request took longer to arrive than this server waits. Nothing was done.',
  remedy: 'Send the complete request again.',
});

export const expectationFailed = defineProblem({
  code: 'expectation-failed',
  status: 417,
  title: 'Unsupported expectation',
  meaning: 'The header `Expect` has a value other than `100-continue`. Nothing was done.',
  remedy: 'Send the request without `Expect`.',
});

export const upgradeRequired = defineProblem({
  code: 'upgrade-required',
  status: 426,
  title: 'Another version of the protocol is required',
  meaning: 'The request asks for a version of WebSocket that this server does not support. Nothing was done.',
  remedy: 'Use the version in `Sec-WebSocket-Version`.',
});

export const tooManyConnections = defineProblem({
  code: 'too-many-connections',
  status: 429,
  title: 'Too many open connections of one client',
  meaning: 'This client has as many open WebSocket connections as the server allows one client.',
  remedy: 'Close a connection, or send several conversations through one. `limit` is the maximum.',
});

export const headersTooLarge = defineProblem({
  code: 'headers-too-large',
  status: 431,
  title: 'The request headers are too large',
  meaning: 'The URL and the headers together have more bytes than this server accepts.',
  remedy: 'Send a shorter URL, fewer headers, or fewer cookies.',
});

export const tooManyAttempts = defineProblem({
  code: 'too-many-attempts',
  status: 429,
  title: 'Too many invalid credentials',
  meaning:
    'Many requests from this address had credentials that were not valid, so the server does not verify more for now. Nothing was done.',
  remedy: 'Wait `Retry-After` seconds, and send credentials that are valid.',
});

export const rateLimited = defineProblem({
  code: 'rate-limited',
  status: 429,
  title: 'Too many requests',
  meaning:
    'The client has used up a limit of the gateway. `limit` is the name of the limit. The request was not processed, and it was not counted.',
  remedy:
    'Send the request again after `Retry-After` seconds, at `availableAt`. `RateLimit` in each response says how much of the limit is left.',
});

export const internalError = defineProblem({
  code: 'internal-error',
  status: 500,
  title: 'Internal error',
  meaning: 'The server failed because of an error of its own. The log has the error under the request id.',
  remedy: 'Try again later, and give the `requestId` to the operators of the server.',
});

export const stepFailed = defineProblem({
  code: 'step-failed',
  status: 500,
  title: 'A step of the gateway failed',
  meaning:
    'A step that the operators added to the gateway threw an error or took too long. The service may or may not have done the work.',
  remedy: 'Try again later, and give the `requestId` to the operators: the log has the error under it.',
});

export const notImplemented = defineProblem({
  code: 'not-implemented',
  status: 501,
  title: 'The operation is not implemented yet',
  meaning: 'The contract has this operation, but the service has no handler for it yet.',
  remedy:
    'For the authors of the service: `npm run check` lists the missing handlers. Until then, `upstream: mock` in `gateway.yaml` serves the examples of the contract.',
});

export const badGateway = defineProblem({
  code: 'bad-gateway',
  status: 502,
  title: 'The upstream service sent no usable response',
  meaning: 'The connection to the service broke before it responded, or it sent something that is not HTTP.',
  remedy: 'Repeat the request if it is safe to repeat. `/status` shows the state of the service.',
});

export const contractBroken = defineProblem({
  code: 'contract-broken',
  status: 502,
  title: 'The service violated its contract',
  meaning:
    'The response of the service does not match its OpenAPI document, so it was not passed on. The service may or may not have done the work.',
  remedy:
    'Each entry of `errors` describes a difference. Report it to the operators of the service. `/status` shows the state of the service.',
});

export const serviceUnreachable = defineProblem({
  code: 'service-unreachable',
  status: 503,
  title: 'The service cannot be reached',
  meaning: 'No connection to the service could be made. Other services are not affected.',
  remedy: 'Try again after `Retry-After` seconds. `/status` shows the state of the service.',
});

export const contractUnavailable = defineProblem({
  code: 'contract-unavailable',
  status: 503,
  title: 'The contract of the service is not available',
  meaning:
    'The OpenAPI document of the service could not be fetched yet, so the gateway serves none of its operations. Other services are not affected.',
  remedy:
    'Try again after `Retry-After` seconds: the gateway keeps trying to fetch the document. `/status` shows the state of the service.',
});

export const circuitOpen = defineProblem({
  code: 'circuit-open',
  status: 503,
  title: 'The circuit breaker of the service is open',
  meaning:
    'Too many recent calls to the service failed, so this one was not attempted. Other services are not affected.',
  remedy:
    'Try again after `Retry-After` seconds: by then the gateway tests whether the service has recovered.',
});

export const overloaded = defineProblem({
  code: 'overloaded',
  status: 503,
  title: 'Too many requests are in progress',
  meaning:
    'The service already has as many running and queued calls as the gateway allows, or the server holds as many connections or request bodies as it has memory for. Nothing was done.',
  remedy: 'Try again after `Retry-After` seconds, and send requests more slowly.',
});

export const rateLimitsUnavailable = defineProblem({
  code: 'rate-limits-unavailable',
  status: 503,
  title: 'Requests cannot be counted',
  meaning:
    'The server that counts the requests of all gateways does not respond, and the gateway is configured to refuse requests then. Nothing was done.',
  remedy: 'Try again after `Retry-After` seconds.',
});

export const storageUnavailable = defineProblem({
  code: 'storage-unavailable',
  status: 503,
  title: 'The database is not available',
  meaning: 'The database of the service does not respond. The request may or may not have been processed.',
  remedy:
    'Try again after `Retry-After` seconds. Repeat a change with the same `Idempotency-Key`, so that it is made only once.',
});

export const authenticationUnavailable = defineProblem({
  code: 'authentication-unavailable',
  status: 503,
  title: 'Credentials cannot be verified at the moment',
  meaning:
    'The server that vouches for the credentials does not respond, so the gateway cannot verify them. Nothing was done.',
  remedy: 'Try again after `Retry-After` seconds. Operations without credentials still work.',
});

export const authenticationUnconfigured = defineProblem({
  code: 'authentication-unconfigured',
  status: 503,
  title: 'The required credentials cannot be verified',
  meaning:
    'The document requires credentials of a scheme that the gateway has no keys for, so it refuses every request. Nothing was done.',
  remedy: 'For operators: configure the scheme in `authentication.schemes` of `gateway.yaml`.',
});

export const shuttingDown = defineProblem({
  code: 'shutting-down',
  status: 503,
  title: 'The server is shutting down',
  meaning:
    'The server is shutting down, and the request took longer than the server waits for requests in progress. The work may or may not have been done.',
  remedy:
    'If the request is safe to repeat, try again after `Retry-After` seconds: another server responds, or this one after its restart.',
});

export const upstreamTimeout = defineProblem({
  code: 'upstream-timeout',
  status: 504,
  title: 'The service did not respond in time',
  meaning:
    'The time limit of this call passed before the service responded. The service may or may not have done the work.',
  remedy: 'Repeat the request if it is safe to repeat.',
});

export const notKept = defineProblem({
  code: 'not-kept',
  status: 504,
  title: 'The cache has no usable response',
  meaning:
    'The request says `Cache-Control: only-if-cached`, and the cache has no response that is fresh enough.',
  remedy: 'Send the request without `only-if-cached`: then the gateway calls the service.',
});

/** Every problem type of the library by its code. */
export const libraryProblems: ReadonlyMap<string, ProblemType> = new Map(
  [
    badRequest,
    validationFailed,
    expandUnknown,
    expandLimit,
    fieldsUnknown,
    partUnknown,
    authenticationRequired,
    signInFailed,
    insufficientScope,
    crossSite,
    stepRefused,
    addressRefused,
    notFound,
    methodNotAllowed,
    notAcceptable,
    actionNotAllowed,
    patchConflict,
    idempotencyKeyInFlight,
    idempotencyKeyReused,
    preconditionFailed,
    preconditionRequired,
    contentTooLarge,
    unsupportedMediaType,
    requestTimeout,
    expectationFailed,
    upgradeRequired,
    tooManyConnections,
    headersTooLarge,
    tooManyAttempts,
    rateLimited,
    internalError,
    stepFailed,
    notImplemented,
    badGateway,
    contractBroken,
    serviceUnreachable,
    contractUnavailable,
    circuitOpen,
    overloaded,
    rateLimitsUnavailable,
    storageUnavailable,
    authenticationUnavailable,
    authenticationUnconfigured,
    shuttingDown,
    upstreamTimeout,
    notKept,
  ].map((type) => [type.code, type]),
);

/** The problem types that follow from the method and the input of an operation. */
export const implicitProblems = (operation: {
  readonly hasPathParameters: boolean;
  readonly hasBody: boolean;
  readonly expands: boolean;
  readonly method: string;
}): readonly ProblemType[] => [
  badRequest,
  validationFailed,
  notAcceptable,
  internalError,
  storageUnavailable,
  ...(operation.expands ? [expandUnknown, expandLimit, fieldsUnknown] : []),
  ...(operation.hasPathParameters ? [notFound] : []),
  preconditionFailed,
  ...(operation.method === 'post' ? [idempotencyKeyInFlight, idempotencyKeyReused] : []),
  ...(operation.method === 'patch' ? [patchConflict] : []),
  ...(['get', 'post'].includes(operation.method) ? [] : [preconditionRequired]),
  ...(operation.hasBody ? [contentTooLarge, unsupportedMediaType, overloaded] : []),
];

/** The problem types of an operation that depends on another service. */
export const dependencyProblems = [
  badGateway,
  serviceUnreachable,
  circuitOpen,
  overloaded,
  upstreamTimeout,
] as const;
