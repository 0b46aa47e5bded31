// Shows times in the reader's own time zone and form; their titles keep UTC.
const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

function localise(root) {
  for (const time of root.querySelectorAll('time[datetime]:not([data-local])')) {
    time.textContent = format.format(new Date(time.dateTime));
    time.dataset.local = '';
  }
}

localise(document);
new MutationObserver(() => localise(document)).observe(document.body, { childList: true, subtree: true });
