export { Generation } from './generation.js';
export { GenerationModule } from './generation.module.js';
export { GenerationRegistry } from './generation-registry.js';
export { GenerationService, type GenerationSpec } from './generation.service.js';
export { recordAnswer, type RecordedAnswer, toRecordedAnswer } from './recorded-answer.js';
export { answersOf } from './log/answers.js';
export { LogReader, type StreamSink } from './log-reader.js';
export { WholeAnswerReader } from './whole-answer-reader.js';
