import { applyDecorators, HttpCode, type Type } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiDefaultResponse,
  ApiOkResponse,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';

const HTML = { 'text/html': { schema: { type: 'string' } } };

/** Takes forms and JSON alike. */
export const ApiForm = (form: Type) =>
  applyDecorators(
    HttpCode(200),
    ApiConsumes('application/x-www-form-urlencoded', 'application/json'),
    ApiBody({ type: form }),
  );

/** The same of a client, which may have to prove itself. */
export const ApiClientForm = (form: Type) =>
  applyDecorators(ApiForm(form), ApiUnauthorizedResponse({ description: '`invalid_client`' }));

/** Shown by a browser, as are its errors. */
export const ApiPage = () =>
  applyDecorators(
    HttpCode(200),
    ApiOkResponse({ description: 'A page.', content: HTML }),
    ApiResponse({ status: 303, description: 'It goes on at `Location`.' }),
    ApiResponse({ status: 400, description: 'A page that says why it does not go on.', content: HTML }),
    ApiDefaultResponse({ description: 'Any other error, as a page.', content: HTML }),
  );

/** Names a login that is under way. */
export const ApiLogin = () =>
  ApiParam({ name: 'uid', description: 'Id of the login, as its address has it.' });

/** Says so where it is not under way any more. */
export const ApiLostLogin = () =>
  ApiResponse({ status: 404, description: 'The login has ended, or is not this browser’s.', content: HTML });

const ASKED: readonly (readonly [name: string, isRequired: boolean, description: string])[] = [
  ['client_id', true, 'The application that asks.'],
  ['response_type', true, 'Always `code`.'],
  ['redirect_uri', true, 'Where the code goes: one of the client’s addresses.'],
  ['code_challenge', true, 'Made from the `code_verifier` (RFC 7636, section 4.2).'],
  ['code_challenge_method', true, 'Always `S256`.'],
  ['scope', false, 'What the application wants to do, in words between spaces.'],
  ['state', false, 'Comes back with the code as it is.'],
  ['nonce', false, 'Comes back in the `id_token` as it is.'],
  ['prompt', false, '`login` or `consent` asks the user again, `none` never.'],
];

/** RFC 6749, section 4.1.1. */
export const ApiAuthorization = () =>
  applyDecorators(
    ...ASKED.map(([name, required, description]) => ApiQuery({ name, required, description, type: String })),
  );

/** What a client looks up once, as its specification has it. */
export const ApiMetadata = (description: string) =>
  ApiOkResponse({
    description,
    content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } },
  });
