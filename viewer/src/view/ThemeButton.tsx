import { useState } from 'react';
import { text } from '../messages';
import { applyTheme, currentTheme, themes } from '../theme';

const glyphs = { system: '◐', light: '○', dark: '●' };

export function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme);
  const next = () => {
    const following = themes[(themes.indexOf(theme) + 1) % themes.length]!;
    applyTheme(following);
    setTheme(following);
  };
  return (
    <button type="button" className="icon" onClick={next} title={text.theme(theme)} aria-label={text.theme(theme)}>
      {glyphs[theme]}
    </button>
  );
}
