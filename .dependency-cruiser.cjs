/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment:
        'A cycle means two files are one file, or a contract is missing. forwardRef() is not the cure.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'contracts-stand-alone',
      comment: 'src/contracts is the vocabulary of the gateway: it imports nothing of ours but itself.',
      severity: 'error',
      from: { path: '^src/contracts/' },
      to: { path: '^src/', pathNot: '^src/contracts/' },
    },
    {
      name: 'common-knows-no-feature',
      comment: 'src/common may be copied to another project unchanged.',
      severity: 'error',
      from: { path: '^src/common/' },
      to: { path: '^src/', pathNot: '^src/(common|contracts)/' },
    },
    {
      name: 'config-knows-no-feature',
      comment: 'Configuration is read by features; it does not know them.',
      severity: 'error',
      from: { path: '^src/config/' },
      to: { path: '^src/', pathNot: '^src/(config|common|contracts)/' },
    },
    {
      name: 'infrastructure-below-features',
      comment: 'A database or redis client does not know who uses it.',
      severity: 'error',
      from: { path: '^src/infrastructure/' },
      to: { path: '^src/(modules|backends)/' },
    },
    {
      name: 'backends-below-features',
      comment:
        'An upstream implements src/contracts. It may use the http client, never a feature or a database.',
      severity: 'error',
      from: { path: '^src/backends/' },
      to: { path: '^src/(modules|infrastructure)/', pathNot: '^src/infrastructure/(http|telemetry)/' },
    },
    {
      name: 'backends-are-strangers',
      comment: 'One upstream folder never imports another. What they share goes to src/backends/shared.',
      severity: 'error',
      from: { path: '^src/backends/([^/]+)/' },
      to: { path: '^src/backends/([^/]+)/', pathNot: '^src/backends/($1|shared)/' },
    },
    {
      name: 'feature-through-its-front-door',
      comment: 'Another feature is reached only through its index.ts.',
      severity: 'error',
      // A test may look into any room.
      from: { path: '^src/modules/([^/]+)/', pathNot: '\\.spec\\.ts$|/testing/' },
      to: { path: '^src/modules/([^/]+)/', pathNot: ['^src/modules/$1/', '^src/modules/[^/]+/index\\.ts$'] },
    },
    {
      name: 'no-own-front-door',
      comment:
        'Inside a feature import the file, not the index: an index that imports itself is a cycle in waiting.',
      severity: 'error',
      from: { path: '^src/modules/([^/]+)/', pathNot: '\\.(spec|test)\\.ts$' },
      to: { path: '^src/modules/$1/index\\.ts$' },
    },
    {
      name: 'observers-are-not-imported',
      comment:
        'audit, metrics and health watch the others; only the app module knows them. Features publish events.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(app\\.module\\.ts$|cli/|modules/(audit|metrics|health)/)' },
      to: { path: '^src/modules/(audit|metrics|health)/' },
    },
    {
      name: 'vendor-sdk-in-its-adapter-only',
      comment: 'An upstream SDK is known to one folder. Everyone else speaks src/contracts.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/backends/' },
      to: { path: 'node_modules/(ollama|openai|@anthropic-ai)/' },
    },
    {
      name: 'storage-clients-in-infrastructure-only',
      comment:
        'Database and cache clients are opened in src/infrastructure. TypeORM entities and repositories may live in features.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/infrastructure/' },
      to: {
        path: 'node_modules/(ioredis|redis|cache-manager-redis-yet|keyv|pg|mysql2|@electric-sql|@qdrant)/',
      },
    },
    {
      name: 'controllers-do-not-query',
      comment: 'A controller speaks HTTP and calls its service.',
      severity: 'error',
      from: { path: '\\.(controller|gateway)\\.ts$' },
      to: { path: '(\\.(entity|repository)\\.ts$)|(node_modules/typeorm/)' },
    },
    {
      name: 'dto-is-a-leaf',
      comment:
        'A DTO describes the wire. It imports other DTOs, contracts, common and validators, never a service or entity.',
      severity: 'error',
      from: { path: '\\.dto\\.ts$' },
      to: { path: '\\.(service|controller|gateway|entity|repository|module)\\.ts$' },
    },
    {
      name: 'source-does-not-import-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: '(\\.(spec|test)\\.ts$)|(/testing/)' },
      to: { path: '(^test/)|(\\.(spec|test)\\.ts$)' },
    },
    {
      name: 'no-orphans',
      comment: 'A file nobody imports is either an entry point or dead.',
      severity: 'error',
      from: {
        orphan: true,
        path: '^src/',
        pathNot: ['^src/main\\.ts$', '\\.d\\.ts$', '\\.(spec|test)\\.ts$'],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
