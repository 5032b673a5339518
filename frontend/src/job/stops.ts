/** The times of a transcript, which are one stop of the Tab key: arrow keys lead from one to the next. */

const PAGE = 10;

/** Goes to the time that a key means; the event's own element has them. */
export function stepAlong(event: KeyboardEvent): void {
  const list = event.currentTarget as HTMLElement;
  const buttons = [...list.querySelectorAll<HTMLButtonElement>(".passage-time")];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  if (at < 0) return;
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + PAGE,
    PageUp: at - PAGE,
    Home: 0,
    End: buttons.length - 1,
  };
  const step = steps[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const next = buttons[Math.min(Math.max(step, 0), buttons.length - 1)];
  for (const each of list.querySelectorAll<HTMLButtonElement>('.passage-time[tabindex="0"]'))
    each.tabIndex = -1;
  if (next) next.tabIndex = 0;
  next?.focus();
}
