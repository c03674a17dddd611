import { buildWheel } from '../../support/distributions.js';
import { type FakeS3, startFakeS3 } from '../../support/fake-s3.js';
import { S3_CREDENTIALS } from '../../support/s3-servers.js';
import type { TestGate } from '../../support/wheelgate.js';
import { TARGET } from '../timeline.js';
import { type AlertCase, untilPart } from './case.js';

const FIRES = { alert: 'WheelgateS3Degraded', labels: { ...TARGET, part: 's3' } };

let s3: FakeS3;
const onS3 = {
  gate: async () => {
    s3 = await startFakeS3();
    // Where S3's own library looks for them.
    Object.assign(process.env, S3_CREDENTIALS);
    return { config: { 's3.bucket': 'wheels', 's3.endpoint': s3.url } };
  },
  end: () => s3.close(),
};

let wheels = 0;
/** A wheel that nobody has asked for yet: the bucket is asked first, and given it afterwards. */
async function askForOne(gate: TestGate): Promise<void> {
  wheels += 1;
  const name = `wheel${wheels}`;
  const dist = buildWheel({ name });
  gate.upstream.addProject(name, [dist]);
  const { status } = await gate.get(`/files/${name}/${dist.filename}`);
  if (status !== 200) throw new Error(`answered with ${status}`);
}

export const S3_DEGRADED: readonly AlertCase[] = [
  {
    ...onS3,
    name: 'fires when the store refuses for five minutes, and ends when it does what it is asked',
    run: async (timeline, gate) => {
      await askForOne(gate);
      await timeline.scraped(3);
      s3.fault = { kind: 'error', status: 403, code: 'AccessDenied' };
      await askForOne(gate);
      await untilPart(gate, 's3', true);
      await timeline.scraped(5);
      timeline.expect();
      await timeline.scraped();
      timeline.expect(FIRES);
      await timeline.scraped(60);
      timeline.expect(FIRES);
      s3.fault = undefined;
      await askForOne(gate);
      await untilPart(gate, 's3', false);
      await timeline.scraped();
      timeline.expect();
    },
  },
  {
    ...onS3,
    name: 'is silent while the store has not what is asked for',
    run: async (timeline, gate) => {
      for (let minute = 0; minute < 10; minute += 1) {
        await askForOne(gate);
        await timeline.scraped();
      }
      timeline.expect();
    },
  },
];
