export { AgentTasksModule } from './agent-tasks.module.js';
export { AgentTaskDto } from './dto/agent-task.dto.js';
export { StreamService, type RunningStream, type StreamRequest } from './stream.service.js';
export { TaskService } from './task.service.js';
export { toTaskBody, type TaskOptions } from './to-task-body.js';
