// Writes the tests of the alerts from scrapes of a running Wheelgate: `npm run alert-tests`, after a change to the
// alerts, their cases in test/deploy/cases, or the metrics. Names of alerts narrow the run. A test compares the
// committed files with the scrapes.
import { writeFileSync } from 'node:fs';

const { alertTestFile, makeAlertTest } = await import('../build/test/deploy/make-alert-tests.js');
const { ALERT_CASES } = await import('../build/test/deploy/cases/index.js');
const wanted = process.argv.slice(2);
for (const alert of wanted.length > 0 ? wanted : Object.keys(ALERT_CASES))
  writeFileSync(alertTestFile(alert), await makeAlertTest(alert));
