/// The `main` method of the daemon: the home, the lock, the settings, and the order of boot and
/// shutdown. This is the only package that depends on all others and the only one that deploys
/// verticles. Start with [io.jpm.daemon.Main], then [io.jpm.daemon.Daemon].
@NullMarked
package io.jpm.daemon;

import org.jspecify.annotations.NullMarked;
