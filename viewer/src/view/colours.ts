/** Badge colours that the style sheet knows. */
export const podColours = 12;

/** A pod's colour: the same in every visit, and on every screen of the team. */
export function podColour(name: string): number {
  let hash = 2166136261;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16777619);
  // The last bits of FNV-1a of names that differ in one character only are close; the upper ones are not.
  return ((hash ^ (hash >>> 15)) >>> 0) % podColours;
}
