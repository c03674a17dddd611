import { type Rule, release } from './rule.js';

/** Source distributions run code when they are built: refused always, or only where a wheel would do. */
export function sdist(when: 'always' | 'wheel-exists'): Rule {
  return ({ subject }) => {
    if (subject.kind !== 'sdist' || (when === 'wheel-exists' && !subject.hasWheel))
      return undefined;
    const why = when === 'always' ? 'policy takes wheels only' : 'there is a wheel to take instead';
    return { reason: `${subject.filename} is the source of ${release(subject)}; ${why}` };
  };
}
