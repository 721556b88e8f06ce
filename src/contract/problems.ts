/**
 * The problem types that linkway itself answers with; a service adds its own beside its contract.
 * `/problems/{code}` shows each of them to people.
 */
import { defineProblem, type ProblemType } from './problem.ts';

export const badRequest = defineProblem({
  code: 'bad-request',
  status: 400,
  title: 'The request could not be read',
  meaning: 'The URL, a header or the body is not well-formed, so nothing was done.',
  mend: 'Correct what `detail` names: broken percent-encoding, malformed JSON, or a header with illegal characters.',
});

export const validationFailed = defineProblem({
  code: 'validation-failed',
  status: 400,
  title: 'The request does not match the contract',
  meaning: 'A parameter or the body is not what the OpenAPI document says; nothing was done.',
  mend: 'Each entry of `errors` has a JSON Pointer to the fault and what was expected there.',
});

export const expandUnknown = defineProblem({
  code: 'expand-unknown',
  status: 400,
  title: 'That relation cannot be expanded',
  meaning: 'A path in `expand` names a link relation that this resource does not have.',
  mend: 'Use one of `allowed`; `nearest` is the name that is closest to what was sent.',
});

export const expandLimit = defineProblem({
  code: 'expand-limit',
  status: 400,
  title: 'The expansion is too large',
  meaning: 'The `expand` asks for more paths, more depth or more resources than one answer may hold.',
  mend: 'Ask for less: `limit` names the limit and its value. Follow the links for the rest.',
});

export const fieldsUnknown = defineProblem({
  code: 'fields-unknown',
  status: 400,
  title: 'There is no such field',
  meaning: 'A path of `fields` names neither a member of the representation nor a relation that leads on.',
  mend: 'Take one of `allowed`, which says what there is at this place.',
});

export const partUnknown = defineProblem({
  code: 'part-unknown',
  status: 400,
  title: 'The document has no such part',
  meaning: 'No operation of the OpenAPI document has the tag, or is at the path, that the query asks for.',
  mend: 'Take one of `allowed`; `nearest` is the name that is closest to what was sent. Without the query it is the whole document.',
});

export const crossSite = defineProblem({
  code: 'cross-site',
  status: 403,
  title: 'Cross-site request or unknown host',
  meaning:
    'A browser says that the request comes from a page of another site, or the request is for a host name that this server does not have. Nothing was done.',
  mend: 'Use a page of this server, or a client that is not a browser. Operators: `crossSite: pass` is for a service that handles CORS itself, and `allowedHosts` has the names of this server.',
});

export const notFound = defineProblem({
  code: 'not-found',
  status: 404,
  title: 'Nothing is here',
  meaning: 'No resource answers at this path: there is no such operation, or no such resource any more.',
  mend: 'Start from `/` and follow the links; paths need not be known.',
});

export const methodNotAllowed = defineProblem({
  code: 'method-not-allowed',
  status: 405,
  title: 'The resource does not take this method',
  meaning: 'The path exists, but not with this method.',
  mend: 'Use one of the methods in `Allow`.',
});

export const notAcceptable = defineProblem({
  code: 'not-acceptable',
  status: 406,
  title: 'None of the accepted media types is available',
  meaning: 'The `Accept` header rules out every representation of this resource.',
  mend: 'Accept one of `available`.',
});

export const actionNotAllowed = defineProblem({
  code: 'action-not-allowed',
  status: 409,
  title: 'The state does not allow this action',
  meaning: 'The resource is in a state in which this action is not offered; nothing was changed.',
  mend: 'Look at `currentState` and `allowed`, or fetch the resource again: its links are what can be done now.',
});

export const preconditionFailed = defineProblem({
  code: 'precondition-failed',
  status: 412,
  title: 'The resource is not as the request expects it',
  meaning:
    'It has changed since the `ETag` that was sent was read, or the tag is not of this resource; nothing was changed.',
  mend: 'Fetch the resource again, look at what is new, and send the `ETag` that it has then. `ETag` of this answer is the current one.',
});

export const patchConflict = defineProblem({
  code: 'patch-conflict',
  status: 409,
  title: 'The patch does not fit the resource as it is',
  meaning:
    'A `test` of a JSON Patch failed, or an operation names a place that is not there; nothing was changed.',
  mend: 'Fetch the resource again and make the patch anew; `operation` is the place of the one that failed, from 0.',
});

export const idempotencyKeyInFlight = defineProblem({
  code: 'idempotency-key-in-flight',
  status: 409,
  title: 'The same request is being handled',
  meaning: 'A request with this `Idempotency-Key` has come before and is not answered yet.',
  mend: 'Send it again after `Retry-After` seconds: you get the answer of the first one.',
});

export const idempotencyKeyReused = defineProblem({
  code: 'idempotency-key-reused',
  status: 422,
  title: 'The idempotency key belongs to another request',
  meaning: 'This `Idempotency-Key` came before with another operation or another body; nothing was done.',
  mend: 'Make a new key for each thing that is to be done; repeat a request with the very same body.',
});

export const preconditionRequired = defineProblem({
  code: 'precondition-required',
  status: 428,
  title: 'Say which state is to be changed',
  meaning:
    'This method changes the resource only when it knows what the caller has seen, so that no change of another is lost.',
  mend: 'Fetch the resource and send its `ETag` in `If-Match`; `If-Match: *` changes whatever is there.',
});

export const contentTooLarge = defineProblem({
  code: 'content-too-large',
  status: 413,
  title: 'The body is too large',
  meaning: 'The body has more bytes than this server takes for one request; nothing was done.',
  mend: 'Send less. `limit` is the maximum in bytes; who runs the server can raise it.',
});

export const unsupportedMediaType = defineProblem({
  code: 'unsupported-media-type',
  status: 415,
  title: 'The body has a media type that this operation does not take',
  meaning: 'The `Content-Type` is missing, or is none that the contract names for this operation.',
  mend: 'Send one of `supported`.',
});

export const requestTimeout = defineProblem({
  code: 'request-timeout',
  status: 408,
  title: 'The request did not arrive in time',
  meaning: 'The head or the body of the request took longer than this server waits; nothing was done.',
  mend: 'Send it again, whole.',
});

export const expectationFailed = defineProblem({
  code: 'expectation-failed',
  status: 417,
  title: 'The request expects what this server does not do',
  meaning: 'The header `Expect` has another value than `100-continue`; nothing was done.',
  mend: 'Send it without `Expect`.',
});

export const headersTooLarge = defineProblem({
  code: 'headers-too-large',
  status: 431,
  title: 'The head of the request is too large',
  meaning: 'The URL and the headers together have more bytes than this server reads.',
  mend: 'Send a shorter URL, fewer headers, or fewer cookies.',
});

export const internalError = defineProblem({
  code: 'internal-error',
  status: 500,
  title: 'Something went wrong here',
  meaning: 'The server met a fault of its own. It is logged under the request id.',
  mend: 'Try again later; tell who runs the server the `requestId`.',
});

export const notImplemented = defineProblem({
  code: 'not-implemented',
  status: 501,
  title: 'The operation has no code yet',
  meaning: 'The contract has this operation, and the service behind has no handler for it yet.',
  mend: 'Whoever writes the service finds what is missing with `npm run check`; until then `upstream: mock` in `gateway.yaml` answers with the examples of the contract.',
});

export const badGateway = defineProblem({
  code: 'bad-gateway',
  status: 502,
  title: 'The service behind gave no usable answer',
  meaning: 'The connection to the service broke before it answered, or what it sent was not HTTP.',
  mend: 'What is safe to repeat can be tried again. Look at `/status`.',
});

export const contractBroken = defineProblem({
  code: 'contract-broken',
  status: 502,
  title: 'The service broke its contract',
  meaning:
    'The service answered, but not as its OpenAPI document says, so its answer was not passed on. Whether it did the work is not known.',
  mend: 'Each entry of `errors` says what differs. Tell it to those who run the service; look at `/status`.',
});

export const serviceUnreachable = defineProblem({
  code: 'service-unreachable',
  status: 503,
  title: 'The service cannot be reached',
  meaning: 'No connection to the service could be made; other services are not affected.',
  mend: 'Try again after `Retry-After` seconds. Look at `/status`.',
});

export const contractUnavailable = defineProblem({
  code: 'contract-unavailable',
  status: 503,
  title: 'The contract of the service cannot be had',
  meaning:
    'The document that says what the service can do could not be fetched yet, so nothing of it is served; other services are not affected.',
  mend: 'Try again after `Retry-After` seconds: the document is tried again by itself. Look at `/status`.',
});

export const circuitOpen = defineProblem({
  code: 'circuit-open',
  status: 503,
  title: 'The service is failing and is given time to recover',
  meaning: 'Too many calls failed lately, so this one was not tried. Other services are not affected.',
  mend: 'Try again after `Retry-After` seconds: the service is tried again then by itself.',
});

export const overloaded = defineProblem({
  code: 'overloaded',
  status: 503,
  title: 'Too many requests are in flight',
  meaning: 'The calls to this service that may run or wait at once are all taken.',
  mend: 'Try again after `Retry-After` seconds, more slowly.',
});

export const storageUnavailable = defineProblem({
  code: 'storage-unavailable',
  status: 503,
  title: 'The data cannot be reached now',
  meaning: 'The database of the service does not answer. What was asked for may have been done, or not.',
  mend: 'Try again after `Retry-After` seconds; what changes something with the same `Idempotency-Key`, so that it is done once.',
});

export const shuttingDown = defineProblem({
  code: 'shutting-down',
  status: 503,
  title: 'The server ends before it could answer',
  meaning:
    'The server was told to end, and the request took longer than it waits for what is in flight. Whether the work was done is not known.',
  mend: 'What is safe to repeat can be tried again after `Retry-After` seconds: another server answers, or this one when it is back.',
});

export const upstreamTimeout = defineProblem({
  code: 'upstream-timeout',
  status: 504,
  title: 'The service did not answer in time',
  meaning:
    'The time for this call ran out before the service answered. Whether it did the work is not known.',
  mend: 'What is safe to repeat can be tried again.',
});

export const notKept = defineProblem({
  code: 'not-kept',
  status: 504,
  title: 'No answer is kept that this request could have',
  meaning:
    'The request says `Cache-Control: only-if-cached`, and the cache has nothing for it that is fresh enough.',
  mend: 'Send it without `only-if-cached`: then the service is asked.',
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
    crossSite,
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
    headersTooLarge,
    internalError,
    notImplemented,
    badGateway,
    contractBroken,
    serviceUnreachable,
    contractUnavailable,
    circuitOpen,
    overloaded,
    storageUnavailable,
    shuttingDown,
    upstreamTimeout,
    notKept,
  ].map((type) => [type.code, type]),
);

/** The problems that an operation can give because of what it takes, whatever it does. */
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
  ...(operation.hasBody ? [contentTooLarge, unsupportedMediaType] : []),
];

/** The problems that an operation passes on when it cannot answer without another service. */
export const dependencyProblems = [
  badGateway,
  serviceUnreachable,
  circuitOpen,
  overloaded,
  upstreamTimeout,
] as const;
