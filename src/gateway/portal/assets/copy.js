/** Copies a command on click. If the browser denies copying, the user selects it manually. */
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
      said.textContent = 'The browser does not allow copying; select the command instead.';
    }
  });
}
