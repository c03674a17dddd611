// Writes the tests of the alerts from scrapes of a running Wheelgate: `npm run alert-tests`, after a change of the
// alerts, their cases in test/deploy/cases, or the metrics. Names of alerts narrow the run. A test holds that the
// committed files say what is scraped.
import { writeFileSync } from 'node:fs';

const { alertTestFile, makeAlertTest } = await import('../build/test/deploy/make-alert-tests.js');
const { ALERT_CASES } = await import('../build/test/deploy/cases/index.js');
const wanted = process.argv.slice(2);
for (const alert of wanted.length > 0 ? wanted : Object.keys(ALERT_CASES))
  writeFileSync(alertTestFile(alert), await makeAlertTest(alert));
