/// Socket activation: programs receive their listening sockets from the process that starts them
/// (`sd_listen_fds(3)`).
@NullMarked
package io.jpm.balancer.activation;

import org.jspecify.annotations.NullMarked;
