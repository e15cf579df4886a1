package io.jpm.console.monit;

import io.jpm.bus.Addresses;
import io.jpm.bus.satan.UsageLease;
import io.jpm.console.session.DaemonClient;
import io.jpm.model.process.InstanceId;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Collects the usage of instances and of the machine for one screen. Satan measures it as long as
/// the screen renews its lease.
///
/// Confined to the session's context.
final class MonitUsage {
  private final Vertx vertx;
  private final DaemonClient daemonClient;
  private final String listener;
  private final MessageConsumer<JsonObject> consumer;
  private final Map<InstanceId, ResourceUse> uses = new HashMap<>();
  private final Map<InstanceId, Chart> charts = new HashMap<>();
  private final Set<InstanceId> pastKnown = new HashSet<>();
  private Optional<HostFacts.Host> host = Optional.empty();
  private boolean renewed;
  private long renewedNanos;

  /// @param listener a name that is unique among screens
  MonitUsage(Vertx vertx, DaemonClient daemonClient, String listener) {
    this.vertx = vertx;
    this.daemonClient = daemonClient;
    this.listener = listener;
    this.consumer = vertx.eventBus().localConsumer(Addresses.USAGE, this::take);
  }

  /// Renews the lease. Must be called regularly while the screen is in use.
  void renew(long nowNanos) {
    if (!renewed || nowNanos - renewedNanos >= UsageLease.RENEWAL.toNanos()) {
      renewed = true;
      renewedNanos = nowNanos;
      vertx.eventBus().send(Addresses.USAGE_LEASES, new UsageLease(listener, true));
    }
  }

  /// Cancels the lease.
  void end() {
    vertx.eventBus().send(Addresses.USAGE_LEASES, new UsageLease(listener, false));
    var _ = consumer.unregister(); // takes effect immediately on this context
  }

  /// Discards the data of all instances except `ids`.
  void keep(Set<InstanceId> ids) {
    uses.keySet().retainAll(ids);
    charts.keySet().retainAll(ids);
    pastKnown.retainAll(ids);
  }

  /// Fetches the earlier usage of the visible instances, once per instance.
  void show(List<InstanceId> ids) {
    for (InstanceId id : ids) {
      if (pastKnown.add(id)) {
        daemonClient.usageHistory(id).onSuccess(points -> chart(id).addHistory(points));
      }
    }
  }

  private Chart chart(InstanceId id) {
    return charts.computeIfAbsent(id, _ -> new Chart());
  }

  private void take(Message<JsonObject> message) {
    JsonObject body = message.body();
    long at = body.getLong("at", 0L);
    JsonArray instances = body.getJsonArray("instances", new JsonArray());
    uses.clear();
    for (int i = 0; i < instances.size(); i++) {
      JsonObject one = instances.getJsonObject(i);
      var id = new InstanceId(one.getInteger("id"));
      var resourceUse = new ResourceUse(one.getDouble("cpu", 0.0), one.getLong("memory", 0L));
      uses.put(id, resourceUse);
      chart(id).add(at, resourceUse);
    }
    host = Optional.ofNullable(body.getJsonObject("system")).map(MonitUsage::host);
  }

  private static HostFacts.Host host(JsonObject system) {
    return new HostFacts.Host(
        Math.max(1, system.getInteger("cores", 1)),
        system.getDouble("cpu", 0.0),
        system.getLong("memory", 0L),
        system.getLong("available", 0L),
        system.getDouble("load", 0.0));
  }

  Map<InstanceId, ResourceUse> uses() {
    return uses;
  }

  Map<InstanceId, Chart> charts() {
    return charts;
  }

  Optional<HostFacts.Host> host() {
    return host;
  }
}
