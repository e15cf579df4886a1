/// Socket handover in fork mode: a process hands the ports that it opened itself over to its
/// replacement. Start with [io.jpm.balancer.handover.SocketHandovers].
/// [io.jpm.balancer.handover.HandoverPlan] decides what can be handed over.
@NullMarked
package io.jpm.balancer.handover;

import org.jspecify.annotations.NullMarked;
