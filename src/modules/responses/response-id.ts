/** The id of a response that was made by a gateway. */
export const RESPONSE_ID = /^resp_[0-9a-f]{32}$/;
