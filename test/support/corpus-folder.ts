/** Where OpenAPI documents of others lie, if they do. */
export const CORPUS = process.env.OPENAPI_CORPUS ?? '../shared/corpus';
