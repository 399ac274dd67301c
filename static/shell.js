// The shell of a link to a run: of all labs, it shows the one that the link names.

{
  const lab = /^#([a-z-]+):/.exec(location.hash)?.[1];
  const card = lab && document.querySelector(`.shell .plate[href^="#${lab}:"]`);
  if (card) {
    const shown = document.createElement('div');
    shown.className = 'asked';
    shown.append(...card.querySelectorAll('h3 > span, p'));
    document.querySelector('.shell .hero').before(shown);
  }
  const { dataset } = document.documentElement;
  if (dataset.start === 'run') dataset.start = 'lab';
}
