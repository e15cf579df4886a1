/// Balances Node processes: the daemon is the primary of Node's own cluster protocol. Start with
/// [io.jpm.balancer.node.NodeBackend]; the other side is Node itself and `lib/node-worker.cjs`.
@NullMarked
package io.jpm.balancer.node;

import org.jspecify.annotations.NullMarked;
