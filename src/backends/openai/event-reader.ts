import { isUtf8 } from 'node:buffer';
import { inspect } from 'node:util';
import type { UpstreamHeaders } from '../../infrastructure/http/upstream-client.js';
import { AnswerReader } from '../shared/answer-reader.js';
import { findErrorText } from '../shared/error-text.js';
import { protocolFailure, reportedFailure } from '../shared/failures.js';
import { parseWireJson } from '../shared/json-string.js';
import { MAX_LINE_BYTES } from '../shared/line-splitter.js';
import { parseChunk, type OpenAiChunk } from './chunk.js';

// A byte order mark may stand before the first line.
const FIELD = /^(?:\xef\xbb\xbf)?(data|event|error)(?:: ?(.*))?$/s;

const JSON_TYPE = /^\s*application\/json\s*(?:;|$)/i;

/** A whole answer is one document, not a line. */
const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;

/**
 * Reads server-sent events that are JSON objects, or the one JSON document of a server that does not stream. A `data`
 * line is an event of its own, as every server writes them; where a line is not JSON by itself, the next ones are
 * joined to it up to the blank line. A lone `\r` as a line end, which the standard knows, is not read.
 */
export abstract class EventReader extends AnswerReader {
  private eventName = '';
  /** Data lines of an event that is not complete yet. */
  private partial = '';
  private document: string | undefined;

  /** One event. `line` is the line that said all of it, if one did. */
  protected abstract event(chunk: OpenAiChunk, line?: string): void;

  /** `[DONE]`, the end of the body, or the end of the one document. */
  protected abstract streamEnded(): void;

  override head(status: number, headers: UpstreamHeaders): void {
    super.head(status, headers);
    if (status === 200 && JSON_TYPE.test(headers.get('content-type') ?? '')) this.document = '';
  }

  override data(chunk: Buffer): void {
    if (this.document === undefined) return super.data(chunk);
    this.document += chunk.toString('latin1');
    if (this.document.length > MAX_DOCUMENT_BYTES) this.fail(protocolFailure('its answer is too large'));
  }

  protected override line(line: string): void {
    if (line === '') return this.blankLine();
    const [, name, value = ''] = FIELD.exec(line) ?? [];
    if (name === 'data') this.dataLine(value, line);
    else if (name === 'event') this.eventName = value.trim();
    // No field of the standard; llama.cpp's older builds report failures so.
    else if (name === 'error') this.failReported(toDocument(value));
    // A failure reported in the middle of a stream by something that does not know that it is one.
    else if (line.startsWith('{')) this.dataLine(line);
  }

  protected override bodyEnded(): void {
    const { document } = this;
    const chunk = parseChunk(document ?? this.partial);
    if (document !== undefined && (chunk === undefined || !isUtf8(Buffer.from(document, 'latin1')))) {
      return this.fail(protocolFailure('its answer is not JSON', document.slice(0, 200)));
    }
    this.document = undefined;
    if (chunk !== undefined) this.event(chunk);
    this.streamEnded();
  }

  /** The server says that it failed, in JSON or in plain words. */
  protected failReported(said: unknown): void {
    this.fail(reportedFailure(findErrorText(said) ?? inspect(said)));
  }

  private dataLine(value: string, line?: string): void {
    if (this.eventName === 'error') return this.failReported(toDocument(value));
    if (this.partial !== '') return this.join(value);
    const chunk = parseChunk(value);
    if (chunk !== undefined) return this.event(chunk, line);
    const text = value.trim();
    if (text === '[DONE]') this.streamEnded();
    else if (text !== '') this.join(value);
  }

  private join(value: string): void {
    this.partial += `${value}\n`;
    if (this.partial.length > MAX_LINE_BYTES) this.fail(protocolFailure('an event is longer than 1 MiB'));
  }

  private blankLine(): void {
    if (this.eventName === 'error') return this.failReported('no reason was given');
    this.eventName = '';
    if (this.partial === '') return;
    const chunk = parseChunk(this.partial);
    if (chunk === undefined) return this.failLine('an event is not a JSON object', this.partial);
    this.partial = '';
    this.event(chunk);
  }
}

const toDocument = (text: string): unknown =>
  parseWireJson(text) ?? Buffer.from(text, 'latin1').toString('utf8');
