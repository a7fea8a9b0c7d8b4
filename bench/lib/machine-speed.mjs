/**
 * How fast one core of this machine is at Node's daily work, so that absolute numbers of two machines can be held
 * against each other: CPU time of parsing one JSON array of 768 numbers, in µs.
 */
export function measureMachineSpeed() {
  const text = JSON.stringify(Array.from({ length: 768 }, (_, index) => Math.sin(index)));
  const parse = (/** @type {number} */ times) => {
    for (let i = 0; i < times; i++) JSON.parse(text);
  };
  parse(500);
  const before = process.cpuUsage();
  parse(2000);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 2000;
}
