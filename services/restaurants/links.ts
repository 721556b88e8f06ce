/** The actions of menus and menu items. */
import { affordances } from '../../src/index.ts';
import { addMenuItem, MenuItem, MenuItemPage, replaceMenuItem } from './contract.ts';

export const menuActions = affordances(MenuItemPage, {
  rows: [{ rel: 'add', operation: addMenuItem, when: () => true }],
});

export const menuItemActions = affordances(MenuItem, {
  rows: [{ rel: 'edit', operation: replaceMenuItem, when: () => true }],
});
