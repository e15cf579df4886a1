package io.jpm.web.metrics;

import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.daemon.BridgeReply;
import io.jpm.bus.daemon.HeartbeatReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogsReply;
import io.jpm.bus.satan.SatanReply.MeasuredUsage;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The data for one metrics page, collected from the replies of the other verticles.
///
/// @param instances the instances that the principal has access to
/// @param usages the resource usage of these instances, as far as known
/// @param captures the state of their log capture, as far as known
/// @param balancerStatuses the counters of the instances in cluster mode, as far as known
/// @param heartbeat the heartbeat statistics; empty if there was no reply
/// @param bridge the number of connections to the bridge; empty if there was no reply
/// @param stalls how often an event loop was blocked, as far as known
/// @param includesDaemon whether to include metrics of the daemon
/// @param now the current time on the wall clock
record MetricsSnapshot(
    List<InstanceView> instances,
    Map<ProcessIdentity, MeasuredUsage> usages,
    Map<InstanceId, LogsReply.Status> captures,
    Map<InstanceId, BalancerReply.Status> balancerStatuses,
    Optional<HeartbeatReply> heartbeat,
    Optional<BridgeReply> bridge,
    long stalls,
    boolean includesDaemon,
    Instant now) {}
