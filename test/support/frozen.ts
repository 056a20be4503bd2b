/** A fixture that no test can change for those that run after it: it would throw. */
export function frozen<T>(fixture: T): T {
  if (typeof fixture === "object" && fixture !== null && !Object.isFrozen(fixture)) {
    Object.freeze(fixture);
    for (const value of Object.values(fixture)) frozen(value);
  }
  return fixture;
}
