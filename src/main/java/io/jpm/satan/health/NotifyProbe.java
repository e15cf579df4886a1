package io.jpm.satan.health;

import io.jpm.bus.BlockingCalls;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.NotifyAddress;
import io.jpm.os.NotifyRequest;
import io.jpm.os.NotifySocket;
import io.jpm.os.NotifySockets;
import io.jpm.os.ProcessHost;
import io.jpm.satan.health.PassiveProbe.ProbeSignal;
import io.jpm.satan.health.PassiveProbe.ProbeSubscription;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Receives the `sd_notify(3)` messages of processes. Confined to the context that created it.
final class NotifyProbe {
  private final Vertx vertx;
  private final ProcessHost host;
  private final Path home;
  private final Context context;

  NotifyProbe(Vertx vertx, ProcessHost host, Path home) {
    this.vertx = vertx;
    this.host = host;
    this.home = home;
    this.context = vertx.getOrCreateContext();
  }

  /// Opens a notify probe, see [PassiveProbe#open].
  Future<ProbeSubscription> open(
      SatanCommand.StartMonitoring attended, Consumer<ProbeSignal> signs) {
    var passed = new Passed(signs);
    return BlockingCalls.call(vertx, () -> socket(attended, passed)).map(passed::from);
  }

  /// Opens a notify socket; empty if the system has no notify sockets. An app can then still send
  /// `ready` over its IPC channel.
  private Optional<NotifySocket> socket(SatanCommand.StartMonitoring attended, Passed passed)
      throws IOException {
    var request =
        new NotifyRequest(
            NotifyAddress.of(home, attended.worker(), attended.spec().runAs()),
            attended.spec().runAs());
    Optional<NotifySockets> sockets = host.notifySockets();
    return sockets.isEmpty()
        ? Optional.empty()
        : Optional.of(sockets.get().open(request, passed::heard));
  }

  /// Passes messages from the process host's thread to the context, until the probe is closed.
  private final class Passed implements ProbeSubscription {
    private final Consumer<ProbeSignal> signs;
    private final StatusReports statusReports;
    private Optional<NotifySocket> socket = Optional.empty();
    private boolean closed;

    Passed(Consumer<ProbeSignal> signs) {
      this.signs = signs;
      this.statusReports =
          new StatusReports(vertx, text -> signs.accept(new ProbeSignal.StatusChanged(text)));
    }

    ProbeSubscription from(Optional<NotifySocket> opened) {
      socket = opened;
      return this;
    }

    /// Called on the process host's thread.
    void heard(List<String> messages) {
      List<ProbeSignal> heard = NotifyMessage.signals(messages);
      if (!heard.isEmpty()) {
        context.runOnContext(_ -> heard.forEach(this::tell));
      }
    }

    private void tell(ProbeSignal probeSignal) {
      if (closed) {
        return;
      }
      switch (probeSignal) {
        case ProbeSignal.StatusChanged(String text) -> statusReports.update(text);
        case ProbeSignal.Ready _,
            ProbeSignal.Alive _,
            ProbeSignal.Line _,
            ProbeSignal.Failing _,
            ProbeSignal.Stopping _,
            ProbeSignal.TimeoutExtension _ ->
            signs.accept(probeSignal);
      }
    }

    @Override
    public void processStarted(ProcessIdentity process) {
      socket.ifPresent(it -> it.processStarted(process));
    }

    @Override
    public void close() {
      closed = true;
      statusReports.close();
      socket.ifPresent(it ->
          BlockingCalls.call(
              vertx,
              () -> {
                it.close();
                return true;
              }));
    }
  }
}
