/// Processes in fork mode, each alone on its ports: how one gives them to the one that takes its
/// place. Start at [io.jpm.balancer.handover.SocketHandovers]; what can be handed over is decided
/// in [io.jpm.balancer.handover.HandoverPlan].
@NullMarked
package io.jpm.balancer.handover;

import org.jspecify.annotations.NullMarked;
