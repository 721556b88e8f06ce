/** The README of the package: a page of the documentation, without links to pages that the package does not have. */

export const readmeOf = (page: string): string =>
  page.replaceAll(/\[([^\]]+)\]\((?!https?:)[^)]*\)/g, '$1').replace(/^# .*$/m, '# linkway');
