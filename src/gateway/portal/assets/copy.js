/** Copies a command at a click; without the right to copy, it is selected by hand as before. */
for (const button of document.querySelectorAll('[data-copy]')) {
  if (navigator.clipboard === undefined) continue;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const { textContent } = document.getElementById(button.dataset.copy);
    const said = button.parentElement.querySelector('[role="status"]');
    try {
      await navigator.clipboard.writeText(textContent);
      said.textContent = 'Copied.';
    } catch {
      said.textContent = 'The browser does not allow it; select the command instead.';
    }
  });
}
