// Before anything is painted: language, colours and kind of page, said on the root element, where the style sheet and
// the program look for them.

{
  const root = document.documentElement;
  const asked = new URLSearchParams(location.search);
  const isEmbedded = asked.has('embed');
  const kept = (key) => {
    try {
      return localStorage.getItem(`faultscope.${key}`);
    } catch {
      return null; // A sandboxed frame has no storage, and some readers forbid it.
    }
  };
  // In a frame the host decides: what a reader once chose on this site is another matter.
  const wish = (query, key) => (isEmbedded ? asked.get(query) : kept(key));
  const language = wish('lang', 'language') || navigator.language;
  root.lang = /^zh(?![a-z])/i.test(language) ? 'zh-CN' : 'en';
  const theme = wish('theme', 'theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  if (isEmbedded) root.dataset.embed = '';
  if (asked.get('story')) root.dataset.story = asked.get('story');
  root.dataset.start = location.hash.length > 1 ? 'run' : 'home';
}
