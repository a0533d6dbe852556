const adopted = new Set<string>();

/** Let the document use a style sheet; a constructed one needs no inline style, which a content security policy may forbid. */
export function adoptStyles(text: string): void {
  if (adopted.has(text)) return;
  adopted.add(text);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets.push(sheet);
}
