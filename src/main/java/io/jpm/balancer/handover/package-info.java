/// Socket handover in fork mode: a process passes the ports that it opened itself to its
/// replacement. Start with [io.jpm.balancer.handover.SocketHandovers];
/// [io.jpm.balancer.handover.HandoverPlan] decides what can be handed over.
@NullMarked
package io.jpm.balancer.handover;

import org.jspecify.annotations.NullMarked;
