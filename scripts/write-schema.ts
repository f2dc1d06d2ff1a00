/** Writes server/task-watchers.schema.json from the schema in the code: `npm run schema`. A test fails when it drifts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allRules } from '../server/src/checks/all-rules';
import { projectFileJsonSchema } from '../server/src/watchers/project-file';

writeFileSync(
  join(__dirname, '../server/task-watchers.schema.json'),
  `${JSON.stringify(projectFileJsonSchema(allRules), null, 2)}\n`,
);
