import { openApiDocument } from '../api/openapi/document';

/** `npm run openapi`: prints the API's OpenAPI document, for generators of clients and for comparing releases. */
process.stdout.write(`${JSON.stringify(openApiDocument(), null, 2)}\n`);
