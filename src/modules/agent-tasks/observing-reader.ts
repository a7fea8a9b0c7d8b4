import { LogReader } from '../generation/index.js';

/** A reader that changes nothing for those whose answer it is. */
export class ObservingReader extends LogReader {
  readonly isObserver = true;
}
