/** Converts names in contracts to readable words. */

/** `deliveryTime`, `menu-item` or `APPROVAL_PENDING` → `Delivery time`, `Menu item`, `Approval pending`. */
export function words(name: string): string {
  const text = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[-_]+/g, ' ')
    .toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
