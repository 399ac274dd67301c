// <fault-scope>: one run of Faultscope in any page. It shows a picture first, and loads the run when the reader asks for
// it; then the frame follows the page's colours and language, is as high as it wishes, and takes keys only while it has
// the focus. The wheel always scrolls the page.
//
//   run="raft:basic;r1;s42"   the run, as its text or as a link       lab="raft"     a lab, in place of a run
//   story="first-election"    a story of the lab, opened              lang, theme    in place of those of the page
//   poster="picture.svg"      the picture                             height="480"   in place of the wished height
//   src="https://…/"          the folder of Faultscope; by itself that of this script
//   sandbox="allow-scripts"   for the frame; without `allow-same-origin` it loads the page that is one file
//   single="faultscope.html"  the name of that file                   load="view"    loads when it comes into view

(() => {
  const FOLDER = new URL('./', document.currentScript?.src ?? document.baseURI).href;
  const WORDS = {
    en: { play: 'Play this run', title: 'Faultscope', all: 'A run of a distributed system' },
    'zh-CN': { play: '播放这次运行', title: 'Faultscope', all: '一次分布式系统的运行' },
  };
  const STYLE = `
    :host { display: block; position: relative; min-height: 120px; contain: layout; }
    :host([hidden]) { display: none; }
    button { all: unset; display: block; position: relative; cursor: pointer; overflow: hidden; }
    button, iframe { border: 1px solid color-mix(in srgb, currentColor 24%, transparent); border-radius: 4px; }
    iframe { display: block; width: calc(100% - 2px); }
    button:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
    img { display: block; width: 100%; height: auto; min-height: 120px; }
    .sign { position: absolute; left: 50%; top: 50%; width: 64px; height: 64px; margin: -32px 0 0 -32px; border-radius: 50%;
      background: #1b1d20; box-shadow: 0 0 0 2px #fffefb; }
    .sign path { fill: #fffefb; }
    button:hover .sign { background: #000; }`;

  const luminance = (colour) => {
    const [red, green, blue] = (colour.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
  };

  class FaultScope extends HTMLElement {
    static observedAttributes = ['run', 'lab', 'story', 'src', 'poster', 'lang', 'theme', 'height', 'sandbox', 'single'];
    #frame = null;
    #told = '';
    #ends = new AbortController();

    connectedCallback() {
      if (!this.shadowRoot) {
        const root = this.attachShadow({ mode: 'open', delegatesFocus: true });
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(STYLE);
        root.adoptedStyleSheets = [sheet]; // Not an element: the page's policy may forbid those.
      }
      this.#ends = new AbortController();
      this.#showPoster();
      this.#watchPage();
      addEventListener('message', (event) => this.#hear(event), { signal: this.#ends.signal });
    }

    disconnectedCallback() {
      this.#ends.abort();
      this.#frame = null;
      this.shadowRoot.replaceChildren();
    }

    attributeChangedCallback(name, before, after) {
      if (!this.shadowRoot || !this.isConnected || before === after) return;
      if (name === 'theme' || name === 'lang') this.#follow();
      else if (this.#frame) this.load();
      else this.#showPoster();
    }

    // Loads the run. The page may call it; a click does.
    load({ focus = false } = {}) {
      const frame = document.createElement('iframe');
      const asked = new URLSearchParams({ theme: this.#theme(), lang: this.#language() });
      if (this.getAttribute('story')) asked.set('story', this.getAttribute('story'));
      const sandbox = this.getAttribute('sandbox');
      if (sandbox !== null) frame.setAttribute('sandbox', sandbox);
      frame.allow = 'clipboard-write';
      frame.title = this.#label();
      frame.style.height = `${this.#fixedHeight() || Math.max(this.getBoundingClientRect().height, 420)}px`;
      frame.src = `${this.#page()}?embed&${asked}#${this.#run()}`;
      if (focus) frame.addEventListener('load', () => frame.focus(), { once: true });
      this.#told = `${this.#theme()} ${this.#language()}`;
      this.#frame = frame;
      this.shadowRoot.replaceChildren(frame);
      if (focus) frame.focus();
    }

    #showPoster() {
      const key = document.createElement('button');
      key.type = 'button';
      key.setAttribute('aria-label', `${this.#words().play}: ${this.#label()}`);
      const picture = document.createElement('img');
      picture.alt = '';
      picture.width = 640;
      picture.height = 400;
      picture.src = this.#poster();
      picture.addEventListener('error', () => picture.removeAttribute('src'), { once: true });
      const sign = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      sign.setAttribute('class', 'sign');
      sign.setAttribute('viewBox', '0 0 64 64');
      const path = document.createElementNS(sign.namespaceURI, 'path');
      path.setAttribute('d', 'M25 19l22 13-22 13z');
      sign.append(path);
      key.append(picture, sign);
      key.addEventListener('click', () => this.load({ focus: true }));
      this.shadowRoot.replaceChildren(key);
      if (this.getAttribute('load') === 'view') this.#loadInView();
    }

    #loadInView() {
      const observer = new IntersectionObserver((seen) => {
        if (!seen.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        if (!this.#frame && this.isConnected) this.load();
      });
      observer.observe(this);
      this.#ends.signal.addEventListener('abort', () => observer.disconnect());
    }

    // Whatever a page does to change its colours, its text becomes light or dark: that is what counts.
    #watchPage() {
      const follow = () => this.#follow();
      const observer = new MutationObserver(follow);
      const filter = { attributes: true, attributeFilter: ['class', 'style', 'lang', 'data-theme', 'data-color-mode'] };
      for (const element of [document.documentElement, document.body]) observer.observe(element, filter);
      const { signal } = this.#ends;
      signal.addEventListener('abort', () => observer.disconnect());
      matchMedia('(prefers-color-scheme: dark)').addEventListener('change', follow, { signal });
      // Colours may glide to their new value, and sheets may come late.
      document.addEventListener('transitionend', follow, { signal });
      addEventListener('load', follow, { signal });
    }

    #follow() {
      const [theme, lang] = [this.#theme(), this.#language()];
      if (!this.#frame) {
        const picture = this.shadowRoot.querySelector('img');
        if (picture && picture.src !== this.#poster()) picture.src = this.#poster();
        return;
      }
      if (this.#told === `${theme} ${lang}`) return;
      this.#told = `${theme} ${lang}`;
      for (const wish of [theme, lang]) this.#frame.contentWindow?.postMessage({ faultscope: 'wish', wish }, '*');
    }

    #hear({ source, origin, data }) {
      if (!this.#frame || source !== this.#frame.contentWindow) return;
      if (origin !== 'null' && origin !== new URL(this.#page()).origin) return;
      if (data?.faultscope === 'started') {
        this.#told = '';
        this.#follow();
      } else if (data?.faultscope === 'height' && data.height > 0 && !this.#fixedHeight()) {
        this.#frame.style.height = `${Math.min(data.height, 4000)}px`;
      }
    }

    // A frame without an origin may load no modules from a host that does not allow it by a header.
    #page() {
      const folder = new URL(this.getAttribute('src') || FOLDER, document.baseURI);
      const sandbox = this.getAttribute('sandbox');
      const hasOrigin = self.origin !== 'null' && (sandbox === null || /\ballow-same-origin\b/.test(sandbox));
      const isOneFile = !hasOrigin || folder.protocol === 'file:' || this.hasAttribute('single');
      return isOneFile ? new URL(this.getAttribute('single') || 'faultscope.html', folder).href : folder.href;
    }

    #run() {
      const run = (this.getAttribute('run') || this.getAttribute('lab') || '').trim();
      return run.slice(run.indexOf('#') + 1);
    }

    #poster() {
      const poster = this.getAttribute('poster');
      if (poster) return new URL(poster, document.baseURI).href;
      const lab = this.getAttribute('lab') || this.#run().split(':')[0];
      const folder = new URL(this.getAttribute('src') || FOLDER, document.baseURI);
      return new URL(`posters/${encodeURIComponent(lab)}${this.#theme() === 'dark' ? '.dark' : ''}.svg`, folder).href;
    }

    #theme() {
      const told = this.getAttribute('theme');
      if (told === 'light' || told === 'dark') return told;
      const page = document.documentElement.dataset.theme;
      if (page === 'light' || page === 'dark') return page;
      return luminance(getComputedStyle(this).color) > 0.5 ? 'dark' : 'light';
    }

    #language() {
      const told = this.closest('[lang]')?.lang || navigator.language;
      return /^zh(?![a-z])/i.test(told) ? 'zh-CN' : 'en';
    }

    #words() {
      return WORDS[this.#language()];
    }

    #label() {
      return this.getAttribute('aria-label') || this.getAttribute('title') || `${this.#words().title}: ${this.#words().all}`;
    }

    #fixedHeight() {
      return Number.parseInt(this.getAttribute('height') ?? '', 10) || 0;
    }
  }

  if (!customElements.get('fault-scope')) customElements.define('fault-scope', FaultScope);
})();
