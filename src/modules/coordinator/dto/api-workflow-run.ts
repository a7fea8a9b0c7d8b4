import { applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiIdempotencyKey } from '../../chat/index.js';
import { WorkflowResultDto } from './workflow-result.dto.js';

export const ApiWorkflowRun = (summary: string) =>
  applyDecorators(
    ApiOperation({ summary }),
    ApiIdempotencyKey(),
    ApiOkResponse({
      description:
        'What came of it. Where nothing did, it is an error of its status with the same fields besides.',
      type: WorkflowResultDto,
    }),
  );
