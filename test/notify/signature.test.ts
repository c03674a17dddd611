import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { sign } from '../../src/notify/signature.js';

/** What the reference library `standardwebhooks` 1.1.1 gives for the same message. */
const ATTEMPT = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1614265330,
  body: '{"test": 2432232314}',
};
const OF_BASE64 = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const OF_TEXT = 'v1,ENqrYZJfEdejvH41MpDAd0s4SZwl35B0bx0LOnREaDY=';

describe('signing a message', () => {
  it('is as the reference library does it, with a secret in base64', () => {
    assert.equal(sign(ATTEMPT, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'), OF_BASE64);
  });

  it('takes a secret of any other form as it is', () => {
    assert.equal(sign(ATTEMPT, 'a plain secret'), OF_TEXT);
  });

  it('signs twice where a secret without its prefix can be read both ways', () => {
    const secret = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const { id, timestamp, body } = ATTEMPT;
    const raw = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
    assert.equal(sign(ATTEMPT, secret), `v1,${raw} ${OF_BASE64}`);
  });

  it('differs with the id, the time, the body and the secret', () => {
    const others = [
      sign({ ...ATTEMPT, id: 'msg_other' }, 'a plain secret'),
      sign({ ...ATTEMPT, timestamp: 1614265331 }, 'a plain secret'),
      sign({ ...ATTEMPT, body: '{}' }, 'a plain secret'),
      sign(ATTEMPT, 'another plain secret'),
    ];
    assert.equal(new Set([OF_TEXT, ...others]).size, 5);
  });
});
