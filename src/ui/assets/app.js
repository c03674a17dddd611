// What pages can do with a script; without one they say the same.
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

for (const time of document.querySelectorAll('time[datetime]')) {
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

// A browser gives the clipboard to secure pages only.
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
