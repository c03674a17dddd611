// The features of pages that require a script; without one, they have the same content.
const SPANS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

function ago(seconds) {
  for (const [unit, span] of SPANS)
    if (Math.abs(seconds) >= span) return relative.format(Math.trunc(seconds / span), unit);
  return 'just now';
}

// In a list of live rows, the age of each would soon be wrong.
for (const time of document.querySelectorAll('time[datetime]:not([data-live] *)')) {
  const at = Date.parse(time.dateTime);
  if (Number.isNaN(at)) continue;
  const note = document.createElement('span');
  note.className = 'ago';
  note.textContent = ` (${ago((at - Date.now()) / 1_000)})`;
  time.append(note);
}

async function copy(button, text) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    button.textContent = 'Not allowed';
  }
  setTimeout(() => {
    button.textContent = before;
  }, 2_000);
}

// Browsers only give secure pages access to the clipboard.
if (navigator.clipboard !== undefined)
  for (const block of document.querySelectorAll('[data-copy]')) {
    const button = document.createElement('button');
    const text = block.querySelector('pre');
    button.type = 'button';
    button.textContent = block.dataset.say;
    button.setAttribute('aria-label', `${block.dataset.say}: ${text.getAttribute('aria-label')}`);
    button.addEventListener('click', () => copy(button, block.dataset.copy));
    block.prepend(button);
  }

const MOST_ROWS = 200;

async function whyNot(url) {
  const answer = await fetch(url);
  if (!answer.ok) return (await answer.json()).detail;
  await answer.body.cancel();
  return 'refresh the page to follow again';
}

// A stream announces new decisions; the rows come from the page itself.
function follow(live, rows) {
  const [bar, button, said] = ['div', 'button', 'span'].map((name) => document.createElement(name));
  bar.className = 'bar';
  button.type = 'button';
  said.role = 'status';
  bar.append(button, said);
  live.prepend(bar);
  rows.ariaLive = 'polite';
  let isPaused = false;
  let isAsking = false;
  let unseen = 0;

  const after = () => {
    const last = rows.firstElementChild?.id;
    return last ? `?after=${last}` : '';
  };

  function take() {
    button.textContent = isPaused ? `Go on (${unseen} new)` : 'Pause';
    if (isPaused || isAsking || unseen === 0) return;
    isAsking = true;
    unseen = 0;
    const ask = new XMLHttpRequest();
    ask.open('GET', after() || '?');
    ask.responseType = 'document';
    ask.onload = () => {
      const fresh = ask.response?.querySelectorAll('[data-live] tbody tr') ?? [];
      rows.prepend(...[...fresh].filter(({ id }) => document.getElementById(id) === null));
      while (rows.children.length > MOST_ROWS) rows.lastElementChild.remove();
    };
    // Announcements are combined into one request per second.
    ask.onloadend = () =>
      setTimeout(() => {
        isAsking = false;
        take();
      }, 1_000);
    ask.send();
  }

  button.addEventListener('click', () => {
    isPaused = !isPaused;
    take();
  });
  take();
  const url = live.dataset.live + after();
  const stream = new EventSource(url);
  stream.onopen = () => {
    said.textContent = 'Live: new decisions come by themselves.';
  };
  stream.onmessage = () => {
    unseen += 1;
    take();
  };
  stream.onerror = async () => {
    said.textContent = 'The connection broke off; it is tried again.';
    if (stream.readyState !== EventSource.CLOSED) return;
    button.remove();
    const why = await whyNot(url).catch(() => 'the server does not answer');
    said.textContent = `Not live: ${why}`;
  };
}

for (const live of document.querySelectorAll('[data-live]'))
  follow(live, live.querySelector('tbody'));
