/// Balances Node processes. The daemon acts as the primary of Node's own cluster protocol. Start
/// with [io.jpm.balancer.node.NodeBackend]. The worker side consists of Node itself and
/// `lib/node-worker.cjs`.
@NullMarked
package io.jpm.balancer.node;

import org.jspecify.annotations.NullMarked;
