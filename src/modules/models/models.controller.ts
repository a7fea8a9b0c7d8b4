import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ModelDto, ModelListDto } from './dto/model.dto.js';
import { ModelCatalog, type ListedModel } from './model-catalog.js';
import { modelNotFound } from './model-router.js';

@ApiTags('models')
@Controller(['v1/models', 'api/v1/models'])
export class ModelsController {
  constructor(@Inject(ModelCatalog) private readonly catalog: ModelCatalog) {}

  @Get()
  @ApiOperation({ summary: 'The models a request can name' })
  @ApiOkResponse({ type: ModelListDto })
  list(): ModelListDto {
    return { object: 'list', data: this.catalog.list().map(toModelDto) };
  }

  // Ids hold colons and slashes, so the rest of the path is the id.
  @Get('*')
  @ApiOperation({ summary: 'One model' })
  @ApiParam({ name: 'path', description: 'Name of the model, URL-encoded or raw.' })
  @ApiOkResponse({ type: ModelDto })
  get(@Param() { '*': id }: Record<'*', string>): ModelDto {
    const model = this.catalog.find(id);
    if (model === undefined) throw modelNotFound(id);
    return toModelDto(model);
  }
}

const toModelDto = ({ id, created, ownedBy }: ListedModel): ModelDto => ({
  id,
  object: 'model',
  created,
  owned_by: ownedBy,
});
