import { writeFile } from 'node:fs/promises';
import { createApiDocument } from '../app.document.js';
import { createApp } from '../app.setup.js';
import { renderErrorsPage } from '../common/errors/errors-page.js';
import { loadConfig } from '../config/index.js';

// Writes the documents that are made from code. Tests compare them with what this would write.
const config = loadConfig({ CITADEL_ENV: 'test', LOG_LEVEL: 'warn' });
const app = await createApp(config);
await writeFile('docs/openapi.json', `${JSON.stringify(createApiDocument(app, config), null, 2)}\n`);
await writeFile('docs/errors.md', renderErrorsPage());
process.stdout.write('docs/openapi.json and docs/errors.md are up to date\n');
process.exit(0);
