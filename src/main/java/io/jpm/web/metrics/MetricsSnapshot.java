package io.jpm.web.metrics;

import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.daemon.BridgeReply;
import io.jpm.bus.daemon.HeartbeatReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogsReply;
import io.jpm.bus.satan.SatanReply.Load;
import io.jpm.model.run.InstanceId;
import io.jpm.model.run.ProcessIdentity;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the other rooms have told for one page.
///
/// @param instances those that who asks may see
/// @param loads what they use, as far as it is known
/// @param captures how their capture goes, as far as it is known
/// @param balances how those in cluster mode are balanced, as far as it is known
/// @param heart how the daemon is; empty: who asks is limited to some apps, or nobody tells
/// @param bridge who is connected to it; empty: likewise
/// @param stalls how often something has held an event loop, as far as that is known
/// @param wantsDaemon whether the daemon itself is shown
/// @param now wall clock
record MetricsSnapshot(
    List<InstanceView> instances,
    Map<ProcessIdentity, Load> loads,
    Map<InstanceId, LogsReply.Status> captures,
    Map<InstanceId, BalancerReply.Status> balances,
    Optional<HeartbeatReply> heart,
    Optional<BridgeReply> bridge,
    long stalls,
    boolean wantsDaemon,
    Instant now) {}
