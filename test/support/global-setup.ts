/** Runs once before all tests and says which services they will do without. */
export default function setup(): void {
  if (!process.env.TEST_DATABASE_URL) {
    console.log('TEST_DATABASE_URL is not set: PostgreSQL cases run on the embedded database only');
  }
  if (!process.env.TEST_REDIS_URL) {
    console.log('TEST_REDIS_URL is not set: Redis cases run on the in-memory stand-in only');
  }
}
