export { AgentTasksModule } from './agent-tasks.module.js';
export { AgentTaskDto } from './dto/agent-task.dto.js';
export { TokenCountsDto } from './dto/task-answer.dto.js';
export { TaskOptionsDto } from './dto/task-options.dto.js';
export { StreamService } from './stream.service.js';
export { toTaskAnswer, toTokenCounts } from './to-task-answer.js';
export { toTaskBody, type TaskOptions } from './to-task-body.js';
export { toTaskCall } from './to-task-call.js';
export { toStepKey, toWorkflowId } from './workflow-keys.js';
