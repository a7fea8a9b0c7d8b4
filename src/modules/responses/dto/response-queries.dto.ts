import { QueryField } from '../../../common/validation/query-field.js';

const isBetween = (least: number, most: number) => (text: string) =>
  /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most;

export class RetrieveQueryDto {
  @QueryField(
    {
      description: 'Whether it comes as server-sent events, from its beginning.',
      type: Boolean,
      default: false,
    },
    (text) => text === 'true' || text === 'false',
    'true or false',
  )
  stream?: string;

  @QueryField(
    {
      description: 'With `stream`: the `sequence_number` of the last event the caller has.',
      type: 'integer',
      minimum: 0,
    },
    isBetween(0, 999_999_999),
    'a sequence_number',
  )
  starting_after?: string;
}

export class InputItemsQueryDto {
  @QueryField(
    { description: 'How many to give at most.', type: 'integer', minimum: 1, maximum: 100, default: 20 },
    isBetween(1, 100),
    'a whole number from 1 to 100',
  )
  limit?: string;

  @QueryField(
    { description: 'The newest first, or the oldest.', enum: ['desc', 'asc'], default: 'desc' },
    (text) => text === 'asc' || text === 'desc',
    'one of asc, desc',
  )
  order?: string;

  @QueryField({ description: 'Id of the last item of the page before.', type: String }, () => true, 'an id')
  after?: string;
}
