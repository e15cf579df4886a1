// Filter and order of instances.

/** Reports whether the name, namespace, status, id or pid contain all words; `!word` must not occur. */
export function matches(instance, words) {
  const text =
    `${instance.app} ${instance.namespace} ${instance.status} #${instance.id} ${instance.pid ?? ''}`.toLowerCase();
  return words.every((word) =>
    word.length > 1 && word.startsWith('!') ? !text.includes(word.slice(1)) : text.includes(word));
}

export function words(text) {
  return text.toLowerCase().split(/\s+/).filter((word) => word !== '');
}

/** Returns one of five kinds of status, each with its own colour. */
export function kind(instance) {
  if (instance.crash_looping) {
    return 'bad';
  }
  switch (instance.status) {
    case 'online':
      return instance.unhealthy ? 'warn' : 'good';
    case 'errored':
      return 'bad';
    case 'stopped':
      return 'off';
    case 'launching':
    case 'stopping':
    case 'waiting restart':
      return 'busy';
    default:
      return 'warn';
  }
}

/** Returns the status in words, such as `unhealthy` for an online instance whose checks fail. */
export function status(instance) {
  if (instance.crash_looping) {
    return 'crash-looping';
  }
  return instance.status === 'online' && instance.unhealthy ? 'unhealthy' : instance.status;
}

/** Natural order of names: `app9` before `app10`. */
const NAMES = new Intl.Collator('en', { numeric: true });

const ORDER = { bad: 0, warn: 1, busy: 2, good: 3, off: 4 };

/** @param usageOf returns `{cpu, memory}` of an id, or undefined */
export function comparator(column, descending, usageOf) {
  const byName = (a, b) => NAMES.compare(a.app, b.app) || a.id - b.id;
  const of = {
    name: () => 0,
    status: (instance) => ORDER[kind(instance)],
    id: (instance) => instance.id,
    pid: (instance) => instance.pid ?? -1,
    uptime: (instance) => (instance.pid === null ? -Infinity : -(instance.started_at ?? 0)),
    restarts: (instance) => instance.restarts,
    cpu: (instance) => usageOf(instance.id)?.cpu ?? -1,
    memory: (instance) => usageOf(instance.id)?.memory ?? -1,
  }[column];
  const sign = descending ? -1 : 1;
  return column === 'name'
    ? (a, b) => sign * byName(a, b)
    : (a, b) => sign * (of(a) - of(b)) || byName(a, b);
}
