const MARKED = new WeakSet<object>();

/** Of a DTO: what it does not name is refused, where one who sends it would believe that it was done. */
export function OnlyKnownFields(): ClassDecorator {
  return (dto) => void MARKED.add(dto);
}

export const takesOnlyKnownFields = (dto: object): boolean => MARKED.has(dto);
