/** A session of a person in the explorer, independent of the paths of the services. */
import { expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { openWatched } from '../support/browser.ts';

const visibleText = (page: Page): Promise<string> =>
  page.evaluate("document.querySelector('main').innerText");

export function explorerJourney(browser: () => Browser, url: () => string): void {
  it('A person places an order, sees its validation errors and cancels it without seeing a URL', async () => {
    const { page, complaints } = await openWatched(browser(), `${url()}/explorer`, {
      timezoneId: 'Europe/Berlin',
    });
    page.setDefaultTimeout(15_000);
    const seen: string[] = [];
    const look = async () => void seen.push(await visibleText(page));

    await page.getByRole('link', { name: 'List orders' }).click();
    await look();
    await page.getByText('Place an order').first().click();
    const place = page.getByRole('form', { name: 'Place an order' });
    await place.getByLabel('Consumer').selectOption('Ada Lovelace');
    await place.getByLabel('Restaurant').selectOption('Trattoria da Ugo');
    const dishes = place.getByLabel('Menu item');
    await dishes.selectOption('Pizza Margherita');
    await place.getByRole('button', { name: 'Add' }).click();
    await dishes.nth(1).selectOption('Tiramisù');
    const wrong = place.getByLabel('Quantity').first();
    // The limit is removed from the form, so that the server has to report the fault.
    await wrong.evaluate((field) => field.removeAttribute('max'));
    await wrong.fill('1000');
    await place.getByLabel('Quantity').nth(1).fill('1');
    await place.getByLabel('Time').fill('2030-01-15T19:30');
    await place.getByLabel('Address').fill('At home');
    await place.getByRole('button', { name: 'Place an order' }).click();

    await place.getByRole('alert').getByText('does not match the contract').waitFor();
    expect(await place.getByRole('alert').locator('code').allTextContents()).toEqual(['errors']);
    expect(await wrong.getAttribute('aria-invalid')).toBe('true');
    expect(await wrong.evaluate((field) => field.matches(':focus'))).toBe(true);
    await look();

    await wrong.fill('2');
    await place.getByRole('button', { name: 'Place an order' }).click();
    const result = page.getByText('Order placed.');
    await result.waitFor();
    await page.getByRole('heading', { level: 1, name: /^Order o-/ }).waitFor();
    await look();
    const order = page.locator('main');
    await order.getByText('Approved', { exact: true }).waitFor();
    await order.getByText('€24.90').waitFor();
    // The time is typed in Berlin, stored in UTC and shown in Berlin.
    expect(await order.locator('time[datetime="2030-01-15T18:30:00.000Z"]').textContent()).toContain(
      '7:30 PM',
    );

    const address = page.url();
    // An action that cannot be undone needs a confirmation.
    await page.getByText('Cancel this order', { exact: true }).click();
    await page.getByText('Are you sure?').waitFor();
    await page.getByRole('button', { name: 'Yes, cancel this order' }).click();
    await page.getByText('Order cancelled.').waitFor();
    await order.getByText('Cancelled', { exact: true }).waitFor();
    expect(await page.getByText('Cancel this order').count()).toBe(0);
    expect(page.url()).toBe(address);
    await look();

    for (const text of seen) expect(text).not.toMatch(/https?:|\/\w/);
    expect(complaints.filter((complaint) => !complaint.includes('status of 400'))).toEqual([]);
    await page.close();
  });
}
