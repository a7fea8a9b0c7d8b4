/** Tells what is wrong with a value, each fault with the path to it. */
export type Shape = (value: unknown, path?: string) => string[];

const shapeOf =
  (expected: string, fits: (value: unknown) => boolean): Shape =>
  (value, path = '$') =>
    fits(value) ? [] : [`${path} is ${JSON.stringify(value) ?? 'missing'}, not ${expected}`];

export const text = shapeOf('a string', (value) => typeof value === 'string');
export const integer = shapeOf('an integer', Number.isInteger);
export const number = shapeOf('a number', Number.isFinite);
export const flag = shapeOf('true or false', (value) => typeof value === 'boolean');
/** An object whose keys are the caller's own. */
export const record = shapeOf(
  'an object',
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
/** Whatever one of these says is right. */
export const either =
  (...shapes: readonly Shape[]): Shape =>
  (value, path) => {
    const faults = shapes.map((shape) => shape(value, path));
    return faults.some((found) => found.length === 0) ? [] : faults.flat();
  };
/** Fits no value: for lists that stay empty. */
export const nothing = shapeOf('to be here', () => false);

export const literal = (wanted: string | null): Shape =>
  shapeOf(JSON.stringify(wanted), (value) => value === wanted);

export const choice = (...wanted: readonly string[]): Shape =>
  shapeOf(`one of ${wanted.join(', ')}`, (value) => wanted.includes(value as string));

/** Present, as this or as null. */
export const nullable =
  (shape: Shape): Shape =>
  (value, path) =>
    value === null ? [] : shape(value, path);

export const list =
  (shape: Shape): Shape =>
  (value, path = '$') =>
    Array.isArray(value)
      ? value.flatMap((item, index) => shape(item, `${path}[${index}]`))
      : [`${path} is not a list`];

/** All of the required keys, any of the optional ones, and no others. */
export const object =
  (required: Readonly<Record<string, Shape>>, optional: Readonly<Record<string, Shape>> = {}): Shape =>
  (value, path = '$') => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [`${path} is not an object`];
    const members = value as Readonly<Record<string, unknown>>;
    return [
      ...Object.entries(required).flatMap(([key, shape]) => shape(members[key], `${path}.${key}`)),
      ...Object.entries(optional).flatMap(([key, shape]) =>
        key in members ? shape(members[key], `${path}.${key}`) : [],
      ),
      ...Object.keys(members)
        .filter((key) => !(key in required) && !(key in optional))
        .map((key) => `${path}.${key} is not known`),
    ];
  };
