/** The folder of third-party OpenAPI documents, which may be missing. */
export const CORPUS = process.env.OPENAPI_CORPUS ?? '../shared/corpus';
