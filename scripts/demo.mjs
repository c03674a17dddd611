// `npm run demo [-- --listen HOST:PORT]`: a Wheelgate for a look around, with an index of invented projects and a month
// of requests for them. It uses no network, and leaves no files behind.
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { listen: { type: 'string', default: '127.0.0.1:8080' } },
});
const { startDemo } = await import('../build/test/support/demo/start-demo.js');

const stopping = new AbortController();
let demo;
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, async () => {
    // A second signal stops at once.
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort();
    await demo?.close();
  });

const onProgress = (done, all) => {
  if (process.stderr.isTTY && (done % 20 === 0 || done === all))
    process.stderr.write(
      done === all ? '\r\x1b[K' : `\rA month of requests: ${Math.floor((done / all) * 100)} %`,
    );
};
try {
  demo = await startDemo({
    at: Date.now(),
    listen: values.listen,
    onProgress,
    signal: stopping.signal,
  });
  if (stopping.signal.aborted) await demo.close();
  else {
    demo.goOn();
    const longest = Math.max(...demo.pages.map(([what]) => what.length));
    console.log(
      `The demo is at ${demo.url}: invented projects, and a month of requests for them.\n`,
    );
    for (const [what, path] of demo.pages)
      console.log(`  ${what.padEnd(longest)}  ${demo.url}${path}`);
    console.log(`
Ask it as a client does, and be refused:

  pip download --no-deps --index-url ${demo.url}/simple/ tidewater==2.4.1

Ctrl-C ends it and removes what it has written.`);
  }
} catch (error) {
  if (!stopping.signal.aborted) {
    // The server names the setting, and the cause.
    const { code } = error.cause ?? error;
    const said =
      code === 'EADDRINUSE'
        ? `${values.listen} is taken by something else. Another port: npm run demo -- --listen 127.0.0.1:8081`
        : code === 'EACCES' || code === 'EADDRNOTAVAIL'
          ? `It may not listen on ${values.listen}: ${error.message}`
          : error.message;
    console.error(said);
    process.exitCode = 2;
  }
}
