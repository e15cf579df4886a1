/// Socket activation: programs that take their listening sockets from whoever starts them
/// (`sd_listen_fds(3)`).
@NullMarked
package io.jpm.balancer.activation;

import org.jspecify.annotations.NullMarked;
