import { databaseErrorCode } from './describe-database-error.js';

/** Classes of SQLSTATE that blame the values: data exception, integrity constraint, program limit. */
const VALUE_FAULT = /^(22|23|54)/;

/** Whether a statement failed for what it was given: the connection and the server are well. */
export const isValueFault = (error: unknown): boolean => VALUE_FAULT.test(databaseErrorCode(error) ?? '');
