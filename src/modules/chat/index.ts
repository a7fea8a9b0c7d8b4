export type { Call, CallBody, Caller, RouteTerms, Wishes } from './call.js';
export { CallDesk, type Answering, type Begun } from './call-desk.js';
export { ChatModule } from './chat.module.js';
export { ChatService } from './chat.service.js';
export {
  ApiIdempotencyKey,
  ApiOnDisconnect,
  ApiStreamDialect,
  ApiStreamProfile,
  ApiStreamResume,
} from './dto/api-call-headers.js';
export { CreateChatCompletionDto } from './dto/create-chat-completion.dto.js';
export { IMAGE_DATA_URL, type ContentPartBody } from './dto/is-message-content.js';
export { MessageDto } from './dto/message.dto.js';
export { DEFAULT_TEMPERATURE } from './dto/sampling.dto.js';
export {
  FunctionDefinitionDto,
  IsToolName,
  type ResponseFormatBody,
  type ToolChoiceBody,
  type ToolDto,
} from './dto/tool.dto.js';
export { callerOf, isResumable, toCall, wishesOf } from './http-call.js';
export { idempotencyKeyOf, requireIdempotencyKey } from './idempotency-key.js';
export { sayIgnored } from './ignored-parameters.js';
