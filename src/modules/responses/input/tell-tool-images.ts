import type { ContentPartBody, MessageDto } from '../../chat/index.js';

const STAND_IN: ContentPartBody = { type: 'text', text: '[image]' };

/**
 * Images that tools gave are shown by the user, after all that was called together gave its own: most model servers take
 * them from nobody else.
 */
export function tellToolImages(messages: readonly MessageDto[]): MessageDto[] {
  const told: MessageDto[] = [];
  let images: ContentPartBody[] = [];
  const show = () => {
    if (images.length > 0) told.push({ role: 'user', content: images });
    images = [];
  };
  for (const message of messages) {
    const { role, content } = message;
    if (role !== 'tool') show();
    if (role !== 'tool' || !Array.isArray(content)) {
      told.push(message);
      continue;
    }
    images.push(...content.filter(isImage));
    told.push({ ...message, content: content.map((part) => (isImage(part) ? STAND_IN : part)) });
  }
  show();
  return told;
}

const isImage = ({ type }: ContentPartBody): boolean => type === 'image_url';
