package io.jpm.console.session;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.text.Amounts;
import io.jpm.model.AppName;
import io.jpm.model.run.InstanceId;
import io.vertx.core.Future;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.HashSet;
import java.util.Set;

/// Tells the steps of a reload as they happen: which process has come, and how the one before it
/// has gone, or that there will be a gap. Owned by the session's context.
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

  /// Begins to tell.
  ///
  /// @param ids instances that are concerned
  /// @param apps apps of which all instances are
  public static ReloadProgress of(
      EventBus bus, Session session, Set<InstanceId> ids, Set<AppName> apps) {
    var progress = new ReloadProgress(bus, session, ids, apps);
    progress.consumer.handler(progress::heard);
    return progress;
  }

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
        // Said at once, since nothing more is to be seen of it for so long.
        String patience = Amounts.span(instance.spec().cluster().drain());
        session.info(line(instance) + ", which has %s to finish".formatted(patience));
      }
      case RELOAD_GAP -> {
        // Said before; what it came to is in the answer.
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
