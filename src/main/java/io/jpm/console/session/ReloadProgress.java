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

/// Reports the steps of a reload as they happen: the start of a process, the exit of the previous
/// process, or a gap in availability. Confined to the session's context.
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

  /// Starts to report the steps of a reload.
  ///
  /// @param ids the instances whose reload is reported
  /// @param apps the apps for which the reload of all instances is reported
  public static ReloadProgress start(
      EventBus bus, Session session, Set<InstanceId> ids, Set<AppName> apps) {
    var progress = new ReloadProgress(bus, session, ids, apps);
    progress.consumer.handler(progress::onEvent);
    return progress;
  }

  /// Stops reporting and unregisters the event consumer.
  public Future<Void> end() {
    return consumer.unregister();
  }

  private void onEvent(Message<InstanceEvent> message) {
    InstanceView instance = message.body().instance();
    if (session.isOver()
        || !(ids.contains(instance.id()) || apps.contains(instance.spec().name()))) {
      return;
    }
    switch (message.body().kind()) {
      case RELOAD -> {
        replaced.add(instance.id());
        // Reported immediately, because there may be no further output until the drain timeout
        // expires.
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
