import { describe, expect, it } from '@jest/globals';
import { actionTitle, doneTitle } from '../../../../src/hypermedia/formats/html/titles.ts';

describe('An action', () => {
  it.each([
    ['Cancel an order', 'Order', 'Cancel this order', 'Order cancelled'],
    ['Revise an order', 'Order', 'Revise this order', 'Order revised'],
    ['Place an order', undefined, 'Place an order', 'Order placed'],
    ['Close a job card', 'Job card', 'Close this job card', 'Job card closed'],
    ['Pay the invoice', 'Invoice', 'Pay this invoice', 'Invoice paid'],
    ['Submit a claim', 'Claim', 'Submit this claim', 'Claim submitted'],
    ['Stop a run', 'Run', 'Stop this run', 'Run stopped'],
    ['Edit a note', 'Note', 'Edit this note', 'Note edited'],
    ['Open a ticket', 'Ticket', 'Open this ticket', 'Ticket opened'],
    ['Deny a request', 'Request', 'Deny this request', 'Request denied'],
    ['Offer a seat', 'Seat', 'Offer this seat', 'Seat offered'],
    ['Add a line', 'Order', 'Add a line', 'Line added'],
    ['Archive', 'Order', 'Archive', 'Done: Archive'],
  ])('%j of %j has the title %j, and %j after success', (title, noun, before, after) => {
    expect([actionTitle(title, noun), doneTitle(title)]).toEqual([before, after]);
  });
});
