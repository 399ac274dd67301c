// What works when the program does not: the keys of the screen that a failure leaves, and a word in place of a page that
// never starts. Plain JavaScript, so that it needs nothing of the program.

document.addEventListener('click', async (event) => {
  const key = event.target.closest?.('[data-rescue]');
  if (key?.dataset.rescue === 'reload') location.reload();
  if (key?.dataset.rescue === 'copy') {
    const area = document.querySelector('textarea');
    area.select();
    try {
      await navigator.clipboard.writeText(area.value);
    } catch {
      document.execCommand('copy'); // Without a secure address there is no other way.
    }
  }
});

// A browser that cannot load or compile the program would show its shell for ever.
{
  const complain = (reason) => {
    const place = document.getElementById('loading');
    if (place) place.textContent = `Faultscope cannot start · Faultscope 无法启动: ${reason}`;
  };
  addEventListener('error', (event) => complain(event.message ?? 'a file cannot be loaded'), true);
  addEventListener('unhandledrejection', (event) => complain(event.reason));
}
