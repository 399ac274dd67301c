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
  const isOneFile = () => Boolean(document.getElementById('glue'));
  const lacking = () => {
    if (!globalThis.WebAssembly) return 'WebAssembly';
    return isOneFile() && !globalThis.DecompressionStream && 'DecompressionStream';
  };
  const place = () => document.getElementById('loading');
  const complain = (reason) => {
    if (!place()) return; // The program runs, and has a screen of its own for what goes wrong.
    if (isWithoutOrigin()) {
      // A sandboxed frame may load no module from a host that does not allow it: one file needs none.
      location.replace(new URL('faultscope.html', document.baseURI).href + location.search + location.hash);
      return;
    }
    const said = lacking() ? [`this browser has no ${lacking()}`, `浏览器不支持 ${lacking()}`] : [reason, reason];
    place().dataset.failed = '';
    place().textContent = `Faultscope cannot start: ${said[0]} · Faultscope 无法启动：${said[1]}`;
  };
  const isWithoutOrigin = () => self.origin === 'null' && /^http/.test(location.protocol) && !isOneFile();
  addEventListener('error', (event) => complain(event.message ?? 'a file cannot be loaded'), true);
  addEventListener('unhandledrejection', (event) => complain(event.reason));
}
