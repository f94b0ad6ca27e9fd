import { theme } from "./palette.ts";

function Moon() {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      <path d="M19.5 14.6A8.2 8.2 0 0 1 9.4 4.5a8.2 8.2 0 1 0 10.1 10.1Z" fill="currentColor" />
    </svg>
  );
}

function ThemeButton() {
  const other = theme.value === "dark" ? "light" : "dark";
  return (
    <button type="button" class="quiet" onClick={() => (theme.value = other)}>
      {other === "dark" ? "Dark" : "Light"}
    </button>
  );
}

export function Header() {
  return (
    <header>
      <div class="brand">
        <span class="wordmark">
          <Moon /> drowse
        </span>
        <ThemeButton />
      </div>
      <h1>Let some neurons sleep, and the network learns better</h1>
      <p class="lead">
        Two networks start from the same weights and learn the same points. In the left one every neuron is awake. In the right
        one a random share of them <em>falls asleep</em> in every step, others for each point. When they are tested, all are
        awake.
      </p>
    </header>
  );
}
