// What a person chose in this browser; nothing where storage is refused.
export function keep(name, value) {
  try {
    localStorage.setItem(`trimtab-${name}`, value);
  } catch {
    // Then it lasts until the page goes.
  }
}

export function recall(name) {
  try {
    return localStorage.getItem(`trimtab-${name}`);
  } catch {
    return null;
  }
}
