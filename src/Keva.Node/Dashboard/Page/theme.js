// Runs before the first paint, so that a page in the colours that were chosen does not flash in the others.
(() => {
  const choices = ['system', 'light', 'dark'];
  const storageKey = 'keva-theme';

  const stored = () => {
    try {
      return localStorage.getItem(storageKey);
    } catch {
      return null; // storage may be forbidden; the choice then lasts as long as the page
    }
  };

  const show = (choice) => {
    if (choice === 'system') {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = choice;
    }
  };

  let current = choices.includes(stored()) ? stored() : 'system';
  show(current);

  document.addEventListener('DOMContentLoaded', () => {
    const button = document.getElementById('theme');
    const describe = () => {
      const words = `Colours: ${current === 'system' ? 'as the system' : current}`;
      button.setAttribute('aria-label', words);
      button.title = words;
    };
    describe();
    button.addEventListener('click', () => {
      current = choices[(choices.indexOf(current) + 1) % choices.length];
      try {
        localStorage.setItem(storageKey, current);
      } catch {
        // as above
      }

      show(current);
      describe();
    });
  });
})();
