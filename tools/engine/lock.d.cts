/** Where everything of ours is cached: `$XDG_CACHE_HOME/ssh-keepalive`, by default `~/.cache/ssh-keepalive`. */
export function cacheRoot(): string;

/**
 * Runs `task` while no other process of this user runs one under the same name.
 * `onWait` is called once when another process holds the lock; a dead holder is recognised after some silent beats.
 *
 * @param beat milliseconds between two signs of life
 */
export function withLock<T>(name: string, onWait: () => void, task: () => Promise<T>, beat?: number): Promise<T>;
