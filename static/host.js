// What the program asks of the place where it runs: its worker, its files, pictures, and the page around a frame. A
// static folder, one file on a disk and a sandboxed frame answer differently, and only this file knows how.

{
  const root = document.documentElement;
  const isEmbedded = root.dataset.embed !== undefined;
  const said = (name) => document.querySelector(`meta[name="faultscope-${name}"]`)?.content;
  const part = (id) => document.getElementById(id)?.textContent;
  const addressOf = (parts, type) => URL.createObjectURL(new Blob(parts, { type }));
  const javascript = 'text/javascript';

  // The worker is given the compiled program, so that it is neither loaded nor compiled again.
  const worker = (program) => {
    const started = startWorker();
    const script = document.querySelector('link[rel=modulepreload]')?.href;
    started.postMessage({ script, program });
    return started;
  };

  const startWorker = () => {
    if (part('glue')) return new Worker(addressOf([part('glue'), part('worker')], javascript));
    const address = new URL(said('worker'), document.baseURI).href;
    try {
      return new Worker(address, { type: 'module' });
    } catch {
      // A frame without an origin may start no worker of ours, but one of its own, which imports ours.
      return new Worker(addressOf([`import ${JSON.stringify(address)}`], javascript), { type: 'module' });
    }
  };

  // The text of a file beside the page, or in it.
  const file = async (path) => {
    const inside = part('files');
    if (inside) return JSON.parse(inside)[path] ?? Promise.reject(new Error(`${path}: not in this file`));
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.text();
  };

  // An SVG as a PNG with twice its pixels.
  const png = async (svg) => {
    const picture = new Image();
    const address = addressOf([svg], 'image/svg+xml');
    try {
      picture.src = address;
      await picture.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [picture.naturalWidth * 2, picture.naturalHeight * 2];
      canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
      return await new Promise((resolve, reject) => {
        canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png');
      });
    } finally {
      URL.revokeObjectURL(address);
    }
  };

  // What was painted first may be a part of the shell: the second frame from there begins when all of it is there. A
  // frame that is out of view is never painted, and not every browser tells.
  const seen = new Promise((resolve) => {
    if (document.hidden) resolve();
    setTimeout(resolve, 500);
    const inSecondFrame = () => requestAnimationFrame(() => requestAnimationFrame(resolve));
    new PerformanceObserver(inSecondFrame).observe({ type: 'paint', buffered: true });
  });
  const shellSeen = () => seen;

  const started = new Promise((resolve) => {
    addEventListener('faultscope-started', resolve);
  });
  const tellStarted = () => dispatchEvent(new Event('faultscope-started'));
  globalThis.faultscopeHost = { worker, file, png, shellSeen, tellStarted };

  // A frame tells the page around it how high it wants to be.
  if (isEmbedded && parent !== window) {
    started.then(() => {
      let told = 0;
      const tell = () => {
        const height = Math.ceil(document.getElementById('app').getBoundingClientRect().height);
        if (height > 0 && height !== told) parent.postMessage({ faultscope: 'height', height: (told = height) }, '*');
      };
      new ResizeObserver(tell).observe(document.getElementById('app'));
      tell();
      parent.postMessage({ faultscope: 'started' }, '*');
    });
    // And hears from it, and from nobody else, which colours and language it has.
    addEventListener('message', ({ source, data }) => {
      if (source === parent && data?.faultscope === 'wish') {
        dispatchEvent(new CustomEvent('faultscope-wish', { detail: String(data.wish) }));
      }
    });
  }

  // Kept for use without a network. A newer version that waits takes over before this one is used, but only if no other
  // page still uses the version before it.
  const keepForOffline = async (script) => {
    const { serviceWorker } = navigator;
    const waiting = (await serviceWorker.getRegistration())?.waiting;
    if (waiting && serviceWorker.controller) {
      serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
      waiting.postMessage('take over if alone');
    }
    await started;
    await serviceWorker.register(script, { updateViaCache: 'none' });
  };
  if (said('offline') && !isEmbedded) {
    // A browser may refuse for many reasons. The page then works as long as there is a network.
    keepForOffline(said('offline')).catch((reason) => console.debug('not kept for offline use:', reason));
  }
}
