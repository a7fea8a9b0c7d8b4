const MAIL_ADDRESS =
  /^(?=.{3,254}$)(?=[^@]{1,64}@)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** One plain address, as browsers take it in a form: no name beside it, no comment, no line break. */
export const isMailAddress = (text: string): boolean => MAIL_ADDRESS.test(text) && !/[\r\n]/.test(text);
