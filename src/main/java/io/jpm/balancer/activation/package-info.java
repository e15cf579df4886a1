/// Socket activation: programs inherit their listening sockets from the daemon
/// (`sd_listen_fds(3)`).
@NullMarked
package io.jpm.balancer.activation;

import org.jspecify.annotations.NullMarked;
