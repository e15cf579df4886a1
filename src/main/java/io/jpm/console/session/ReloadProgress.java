package io.jpm.console.session;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.text.Amounts;
import io.jpm.model.AppName;
import io.jpm.model.process.InstanceId;
import io.vertx.core.Future;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.HashSet;
import java.util.Set;

/// Reports the steps of a reload as they happen: which process was started, how the previous one
/// ended, or that there will be a gap. Confined to the session's context.
public final class ReloadProgress {
  private final Session session;
  private final Set<InstanceId> ids;
  private final Set<AppName> apps;
  private final Set<InstanceId> replaced = new HashSet<>();
  private final Set<InstanceId> gaps = new HashSet<>();
  private final MessageConsumer<InstanceEvent> consumer;

  private ReloadProgress(EventBus bus, Session session, Set<InstanceId> ids, Set<AppName> apps) {
    this.session = session;
    this.ids = Set.copyOf(ids);
    this.apps = Set.copyOf(apps);
    this.consumer = bus.localConsumer(Addresses.GOD_EVENTS);
  }

  /// Starts to report.
  ///
  /// @param ids the instances concerned
  /// @param apps the apps concerned with all their instances
  public static ReloadProgress start(
      EventBus bus, Session session, Set<InstanceId> ids, Set<AppName> apps) {
    var progress = new ReloadProgress(bus, session, ids, apps);
    progress.consumer.handler(progress::heard);
    return progress;
  }

  /// Stops reporting.
  public Future<Void> end() {
    return consumer.unregister();
  }

  private void heard(Message<InstanceEvent> message) {
    InstanceView instance = message.body().instance();
    if (session.isOver()
        || !(ids.contains(instance.id()) || apps.contains(instance.spec().name()))) {
      return;
    }
    switch (message.body().kind()) {
      case RELOAD -> {
        replaced.add(instance.id());
        // Reported immediately, since there may be no further output for the whole drain timeout.
        String patience = Amounts.span(instance.spec().cluster().drain());
        session.info(line(instance) + ", which has %s to finish".formatted(patience));
      }
      case RELOAD_GAP -> {
        // Only the first event is reported; the reply contains the outcome.
        if (gaps.add(instance.id())) {
          session.warn(line(instance));
        }
      }
      case RELOAD_FAILED -> session.warn(line(instance));
      case EXIT -> {
        if (replaced.contains(instance.id())) {
          session.info(line(instance));
        }
      }
      case START,
          ONLINE,
          READY,
          RESTART,
          STOPPING,
          STOP,
          ERRORED,
          CRASH_LOOPING,
          DELETE,
          ADOPT,
          UNHEALTHY,
          RECOVERED,
          LIMIT,
          SCALE,
          CONFIG,
          CONFIG_FAILED -> {}
    }
  }

  private static String line(InstanceView instance) {
    return "%s %s: %s".formatted(instance.spec().name(), instance.id(), instance.reason());
  }
}
